/// Makes a failing plan short: leaves out whatever it fails without (delta debugging).
package struct RewardsShrinker {
  private let plan: RewardsPlan
  private var attemptsLeft: Int
  private let fails: (RewardsPlan) throws -> Bool

  /// - Parameters:
  ///   - step: where it failed; what comes later is left out at once.
  ///   - attempts: how often it may be tried.
  ///   - fails: whether a plan still fails; any failure counts.
  package static func shrink(
    _ plan: RewardsPlan, failingAt step: Int, attempts: Int, fails: (RewardsPlan) throws -> Bool
  ) throws -> RewardsPlan {
    try withoutActuallyEscaping(fails) { fails in
      var shrinker = RewardsShrinker(plan: plan, attemptsLeft: attempts, fails: fails)
      return try shrinker.shrink(Array(plan.steps.prefix(step + 1)))
    }
  }

  private init(plan: RewardsPlan, attemptsLeft: Int, fails: @escaping (RewardsPlan) throws -> Bool) {
    self.plan = plan
    self.attemptsLeft = attemptsLeft
    self.fails = fails
  }

  private mutating func shrink(_ prefix: [RewardsStep]) throws -> RewardsPlan {
    // A race may need what came after it to show; then nothing is known about the prefix.
    var steps = try stillFails(prefix) ? prefix : plan.steps
    var before: [RewardsStep]
    repeat {
      before = steps
      steps = try leaveOut(steps)
      steps = try simplify(steps)
    } while steps != before && attemptsLeft > 0
    return with(steps)
  }

  /// Ever smaller pieces.
  private mutating func leaveOut(_ steps: [RewardsStep]) throws -> [RewardsStep] {
    var steps = steps
    var size = max(1, steps.count / 2)
    while true {
      var end = steps.count
      while end > 0 {
        let start = max(0, end - size)
        var fewer = steps
        fewer.removeSubrange(start..<end)
        if try stillFails(fewer) { steps = fewer }
        end = start
      }
      if size == 1 { return steps }
      size = max(1, size / 2)
    }
  }

  /// Fewer operations in a step, then no race where none is needed.
  private mutating func simplify(_ steps: [RewardsStep]) throws -> [RewardsStep] {
    var steps = steps
    for index in steps.indices {
      var place = 0
      while steps[index].operations.count > 1, place < steps[index].operations.count {
        var fewer = steps
        fewer[index] = steps[index].without(place)
        if try stillFails(fewer) { steps = fewer } else { place += 1 }
      }
      guard case .race(let operations) = steps[index] else { continue }
      var calmer = steps
      calmer[index] = .batch(operations)
      if try stillFails(calmer) { steps = calmer }
    }
    return steps
  }

  private mutating func stillFails(_ steps: [RewardsStep]) throws -> Bool {
    guard attemptsLeft > 0, !steps.isEmpty else { return false }
    attemptsLeft -= 1
    return try fails(with(steps))
  }

  private func with(_ steps: [RewardsStep]) -> RewardsPlan {
    RewardsPlan(seed: plan.seed, start: plan.start, steps: steps)
  }
}

extension RewardsStep {
  fileprivate func without(_ place: Int) -> RewardsStep {
    var operations = operations
    operations.remove(at: place)
    if case .race = self { return .race(operations) }
    return .batch(operations)
  }
}
