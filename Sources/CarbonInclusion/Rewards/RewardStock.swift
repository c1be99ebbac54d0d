/// How much there is of a reward, in pieces, and what its budget has been used for.
package struct RewardStock: Sendable, Equatable {
  package var stocked: Int64 = 0
  package var available: Int64 = 0
  package var held: Int64 = 0
  package var captured: Int64 = 0
  package var pointsHeld: Int64 = 0
  package var pointsCaptured: Int64 = 0

  package init() {}

  package mutating func add(_ quantity: Int64) {
    stocked += quantity
    available += quantity
  }

  mutating func hold(_ redemption: Redemption) {
    available -= redemption.quantity
    held += redemption.quantity
    pointsHeld += redemption.points
  }

  mutating func capture(_ redemption: Redemption) {
    held -= redemption.quantity
    captured += redemption.quantity
    pointsHeld -= redemption.points
    pointsCaptured += redemption.points
  }

  mutating func release(_ redemption: Redemption) {
    held -= redemption.quantity
    available += redemption.quantity
    pointsHeld -= redemption.points
  }
}
