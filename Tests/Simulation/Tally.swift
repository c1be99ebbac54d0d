import CarbonInclusion

/// How many messages of one partner ended how.
struct Tally: Sendable, Equatable {
  var received: Int64 = 0
  var outcomes: [Outcome: Int64] = [:]

  mutating func add(_ counts: OutcomeCounts) {
    received += counts.received
    for outcome in Outcome.allCases where counts[outcome] != 0 { outcomes[outcome, default: 0] += counts[outcome] }
  }

  subscript(outcome: Outcome) -> Int64 { outcomes[outcome] ?? 0 }
}
