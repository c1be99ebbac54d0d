/// One place where something does not hold, as narrow as it is known.
package struct AuditFinding: Sendable, Equatable {
  package var shard: Int16?
  /// The number of an entry within its shard.
  package var entryNumber: Int64?
  package var partner: String?
  package var activityID: String?
  package var resident: String?
  /// Where it is, beyond the fields above: a batch, a day, a list in Redis.
  package var place: String?
  package var expected: String
  package var found: String

  package init(partner: String? = nil, place: String? = nil, expected: String, found: String) {
    self.partner = partner
    self.place = place
    self.expected = expected
    self.found = found
  }
}
