package import CarbonInclusion

/// What is judged by the model: a ledger on a real server, behind a driver.
package protocol RewardsSystem {
  /// Applies operations in order; jobs that stand next to each other as one batch where the system has batches.
  ///
  /// - Parameter now: the system's clock, for days, deadlines and what is created. It never goes back.
  /// - Returns: an answer to each; `silent` for what is no job.
  mutating func apply(_ operations: [RewardsOperation], at now: Instant) throws -> [RewardsAnswer]

  /// Applies operations at the same time, each from a connection of its own. Answers stand in the order of operations.
  mutating func race(_ operations: [RewardsOperation], at now: Instant) throws -> [RewardsAnswer]

  /// Everything that is in the books.
  mutating func snapshot() throws -> RewardsState
}
