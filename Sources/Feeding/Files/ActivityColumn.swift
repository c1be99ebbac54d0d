/// The fields of an activity message that a file can fill, in the order in which they are written.
package enum ActivityColumn: String, Sendable, CaseIterable {
  case id
  case resident
  case behaviour
  case quantity
  case unit
  case startedAt = "started_at"
  case endedAt = "ended_at"
  case region
  case evidence
  case claimedGrams = "claimed_g"
  case sequence = "seq"
  case reverses

  var isTime: Bool { self == .startedAt || self == .endedAt }
}
