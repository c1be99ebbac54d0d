package import CarbonInclusion

/// A sequence of steps, and when it begins.
package struct RewardsPlan: Sendable, Equatable {
  /// What it was drawn from.
  package var seed: UInt64
  package var start: Instant
  package var steps: [RewardsStep]

  package init(seed: UInt64, start: Instant, steps: [RewardsStep]) {
    self.seed = seed
    self.start = start
    self.steps = steps
  }

  package var operations: Int { steps.reduce(0) { $0 + $1.operations.count } }
}

extension RewardsPlan: CustomStringConvertible {
  package var description: String {
    """
    RewardsPlan(
      seed: \(seed), start: Instant(microseconds: \(start.microseconds)),
      steps: [
    \(steps.map { "    \($0),\n" }.joined())  ])
    """
  }
}
