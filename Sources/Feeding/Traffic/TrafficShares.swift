/// How many of all messages are something else than a new, valid and timely activity; each from 0 to 1.
package struct TrafficShares: Sendable, Equatable {
  /// The very bytes of an earlier message, from the same partner.
  package var resent = 0.10
  /// The id of an earlier message with another quantity.
  package var conflicts = 0.02
  /// What must be refused.
  package var invalid = 0.03
  /// Valid, but of days before.
  package var late = 0.05
  /// An earlier activity taken back.
  package var reversals = 0.002
  /// A charge that another partner has reported, too.
  package var sharedCharges = 0.005

  package init() {}

  var all: [Double] { [resent, conflicts, invalid, late, reversals, sharedCharges] }

  /// Whether each is a share and all of them leave room.
  package var isPossible: Bool { all.allSatisfy { (0...1).contains($0) } && all.reduce(0, +) <= 1 }
}
