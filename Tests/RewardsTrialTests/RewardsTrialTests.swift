import Foundation
import RewardsModel
import Testing

/// The ledger does with points, stock and jobs what the model does, whatever happens in whatever order.
///
/// `PUHUI_TRIAL_SEEDS=FIRST..LAST` and `PUHUI_TRIAL_LENGTH` make it a long run.
@Suite struct RewardsTrialTests {
  @Test(.timeLimit(.minutes(60))) func `the ledger answers and books as the model, after every operation`() throws {
    let environment = ProcessInfo.processInfo.environment
    let bounds = (environment["PUHUI_TRIAL_SEEDS"] ?? "").split(separator: ".").compactMap { UInt64($0) }
    let fresh = UInt64.random(in: 1...1_000_000_000)
    let seeds = bounds.count == 2 ? Array(bounds[0]...bounds[1]) : [20_261_125, fresh]
    let length = environment["PUHUI_TRIAL_LENGTH"].flatMap { Int($0) } ?? 300
    let trial = RewardsTrial(world: .small)
    let failure = try trial.hunt(seeds: seeds, length: length, attempts: 60) { try LedgerRewards(world: .small) }
    #expect(failure == nil, "\(failure ?? "")")
  }
}
