/// One well-formed activity message of a partner. What depends on catalogue or clock has not been judged yet.
package struct Activity: Sendable, Equatable {
  /// What the message reports.
  package enum Report: Sendable, Equatable {
    /// Something a resident did. Quantity and unit may be missing here; only per-event behaviours allow it.
    case act(behaviour: String, quantity: Quantity?, unit: MeasureUnit?)
    /// An earlier activity of the same partner did not stand.
    case reversal(of: String)
  }

  /// The partner's own unique id, 1 to 64 printable ASCII characters.
  package var id: String
  /// The pseudonymous resident, 1 to 64 printable ASCII characters.
  package var resident: String
  package var report: Report
  /// When it happened, or ended. Says which factor, day and caps apply.
  package var endedAt: Instant
  package var startedAt: Instant?
  package var region: Region?
  /// What the act can be recognised by across partners, 1 to 128 characters; only its keyed hash is stored.
  package var evidence: String?
  /// What the partner itself computed, in milligrams: kept and compared, never credited.
  package var claimedMilligrams: Int64?
  /// The partner's own counter.
  package var sequence: Int64?

  package init(
    id: String, resident: String, report: Report, endedAt: Instant, startedAt: Instant? = nil, region: Region? = nil,
    evidence: String? = nil, claimedMilligrams: Int64? = nil, sequence: Int64? = nil
  ) {
    self.id = id
    self.resident = resident
    self.report = report
    self.endedAt = endedAt
    self.startedAt = startedAt
    self.region = region
    self.evidence = evidence
    self.claimedMilligrams = claimedMilligrams
    self.sequence = sequence
  }
}
