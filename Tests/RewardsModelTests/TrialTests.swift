import CarbonInclusion
import RewardsModel
import Testing

/// What finds mistakes has to find them.
@Suite struct TrialTests {
  private let trial = RewardsTrial(world: .small)

  @Test func `a hundred thousand operations hold every invariant, in any order of what happens at once`() throws {
    var operations = 0
    for seed in 1...220 as ClosedRange<UInt64> {
      operations += RewardsGenerator.plan(seed: seed, length: 450).operations
    }
    #expect(operations > 100_000, "they are \(operations)")
    let found = try trial.hunt(seeds: 1...220 as ClosedRange<UInt64>, length: 450) { ModelSystem() }
    #expect(found == nil, "\(found ?? "")")
  }

  @Test(arguments: ModelSystem.Mistake.allCases)
  func `a deliberate mistake is found, and shown by a few steps`(mistake: ModelSystem.Mistake) throws {
    let plans = (1...200 as ClosedRange<UInt64>).lazy.map { RewardsGenerator.plan(seed: $0, length: 400) }
    for plan in plans {
      guard let finding = trial.run(plan, on: ModelSystem(mistake)) else { continue }
      let short = try RewardsShrinker.shrink(plan, failingAt: finding.step, attempts: 2_000) {
        trial.run($0, on: ModelSystem(mistake)) != nil
      }
      // A budget has to be spent before it can be exceeded.
      #expect(short.steps.count <= (mistake == .budgetOneMore ? 40 : 10), "\(mistake.rawValue) still takes\n\(short)")
      #expect(trial.run(short, on: ModelSystem(mistake)) != nil)
      #expect(trial.run(short, on: ModelSystem()) == nil)
      return
    }
    Issue.record("\(mistake.rawValue) went unnoticed")
  }

  @Test func `the same seed draws the same plan`() {
    for seed in 1...5 as ClosedRange<UInt64> {
      #expect(RewardsGenerator.plan(seed: seed, length: 300) == RewardsGenerator.plan(seed: seed, length: 300))
    }
    #expect(RewardsGenerator.plan(seed: 1, length: 300) != RewardsGenerator.plan(seed: 2, length: 300))
  }

  @Test func `plans reach every answer and every state, often`() {
    var seen: [String: Int] = [:]
    for seed in 1...40 as ClosedRange<UInt64> {
      let plan = RewardsGenerator.plan(seed: seed, length: 500)
      var now = plan.start
      var model = RewardsModel(world: .small)
      for step in plan.steps {
        if case .wait(let seconds) = step { now = now.adding(seconds: seconds) }
        for operation in step.operations {
          switch model.apply(operation, at: now) {
          case .silent: break
          case .refused(let code): seen[code, default: 0] += 1
          case .done(let fields): if case .text(let status) = fields["status"] { seen[status, default: 0] += 1 }
          }
        }
      }
      for redemption in model.state.redemptions.values { seen["ends \(redemption.status)", default: 0] += 1 }
      seen["expired points", default: 0] += model.state.residents.values.count { $0.expired > 0 }
    }
    let wanted = [
      "id_conflict", "not_allowed", "unknown_reward", "reward_not_valid", "unknown_resident", "limit_reached",
      "in_debt",
      "insufficient_points", "budget_exhausted", "out_of_stock", "unknown_redemption", "already_settled", "not_pending",
      "same_administrator", "unknown_job", "invalid_field", "duplicate_code", "awaiting_approval", "fulfilling",
      "captured",
      "released", "applied", "ends captured", "ends released",
      "ends expired",
      "expired points",
    ]
    for name in wanted { #expect(seen[name, default: 0] >= 20, "\(name): \(seen[name, default: 0]) in \(seen)") }
  }
}
