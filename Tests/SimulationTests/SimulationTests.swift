import Foundation
import Simulation
import Testing

/// The workers' loops against simulated servers. Long runs are `scripts/simulate`.
@Suite(.serialized) struct SimulationTests {
  @Test func `the same seed gives the same run, step by step`() {
    for seed: UInt64 in 1...5 {
      let first = Simulation.run(seed: seed)
      let second = Simulation.run(seed: seed, isTracing: true)
      #expect(first.digest == second.digest && first.steps == second.steps, "seed \(seed)")
    }
  }

  /// Some of these have found something once.
  @Test(arguments: [3, 26, 113, 1_224, 3_539, 103_948] as [UInt64])
  func `every invariant holds in known runs`(seed: UInt64) { expectGood(Simulation.run(seed: seed)) }

  /// `PUHUI_SIMULATION_SEED` and `PUHUI_SIMULATION_RUNS` say which ones; otherwise it is another thousand each time.
  @Test func `every invariant holds in fresh runs`() async {
    let environment = ProcessInfo.processInfo.environment
    let seed = environment["PUHUI_SIMULATION_SEED"].flatMap(UInt64.init) ?? .random(in: 1...1_000_000_000)
    let runs = environment["PUHUI_SIMULATION_RUNS"].flatMap(Int.init)
    let report = await SimulationSweep.run(
      firstSeed: seed, count: runs ?? 1_000, seconds: runs == nil ? 15 : .infinity)
    print("Simulated \(report.runs) runs from seed \(seed) on, \(report.steps) steps, \(report.messages) messages.")
    #expect(report.runs > 0)
    for failed in report.failures { expectGood(failed) }
  }

  /// A simulator that does not find these would find nothing else either.
  @Test(arguments: Mutation.allCases)
  func `a deliberate mistake is found`(mutation: Mutation) async {
    let report = await SimulationSweep.run(
      firstSeed: 1, count: 5_000, seconds: 300, mutation: mutation)
    #expect(!report.failures.isEmpty, "\(mutation.rawValue) went unnoticed in \(report.runs) runs")
  }

  private func expectGood(_ report: Simulation.Report) {
    guard let failure = report.failure else { return }
    let trace = Simulation.run(seed: report.seed, isTracing: true).trace.suffix(200).joined(separator: "\n")
    Issue.record(
      """
      Seed \(report.seed): \(failure)
      \(report.plan)
      Its last steps:
      \(trace)
      Again, with all of them: scripts/simulate --seed \(report.seed) --runs 1 --trace
      """)
  }
}
