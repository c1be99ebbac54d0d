package import CarbonInclusion

/// One element of `puhui:rejected:<partner>`: how a message ended that was neither credited nor a duplicate.
package struct RejectedNotice: Sendable, Equatable {
  /// The partner's id of the message; `nil` where none could be read.
  package var id: String?
  package var outcome: Outcome
  /// A code such as `unknown_unit`, or that of the cap, limit or group that applied; `nil` where there is none.
  package var reason: String?
  /// What exactly, in words; `nil` where there is nothing to add.
  package var detail: String?
  /// When the outcome was recorded.
  package var at: Instant

  package init(id: String?, outcome: Outcome, reason: String?, detail: String?, at: Instant) {
    self.id = id
    self.outcome = outcome
    self.reason = reason
    self.detail = detail
    self.at = at
  }

  /// `{"id":…,"outcome":…,"reason":…,"detail":…,"at":…}` with the time in UTC. All five names are always there.
  package func encoded() -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.field("id", id)
      json.field("outcome", outcome.code)
      json.field("reason", reason)
      json.field("detail", detail)
      json.field("at", at.formatted(utcOffsetSeconds: 0))
    }
    return json.bytes
  }
}
