/// Points of one resident that may be spent until the same day.
package struct PointsLot: Sendable, Hashable {
  /// The last day on which they may be spent, in the programme's zone.
  package var expiresOn: Day
  package var points: Int64

  package init(expiresOn: Day, points: Int64) {
    self.expiresOn = expiresOn
    self.points = points
  }
}

extension PointsLot {
  private static let pointsBits: Int64 = 40
  /// What one lot can hold; far above what anybody earns in a month.
  package static let most: Int64 = (1 << pointsBits) - 1

  /// As the ledger keeps it: the day above the points in one number, so that numbers sort by expiry.
  package var packed: Int64 { Int64(expiresOn.number) << Self.pointsBits | points }

  package init(packed: Int64) {
    self.init(expiresOn: Day(number: Int32(packed >> Self.pointsBits)), points: packed & Self.most)
  }
}
