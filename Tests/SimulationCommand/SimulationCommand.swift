import ArgumentParser
import Foundation
import Simulation

/// Many runs of the workers' loops against simulated servers.
@main
struct SimulationCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate-faults",
    abstract: "Runs the workers' loops against simulated servers, clocks and chance, with faults drawn from seeds.",
    discussion: """
      Each seed is one run: messages of partners, and processes that are killed, stopped and cut off, servers that
      restart, replies that come late or never. Every invariant is checked at every step, and the whole ledger at the
      end. The same seed always gives the same run. A failing one is printed with all of its steps; exit code 1.

      Example: scripts/simulate --minutes 10
               scripts/simulate --seed 4711 --runs 1 --trace
      """)

  @Option(help: "The first seed; by chance if left out.")
  var seed: UInt64 = .random(in: 1...1_000_000_000)

  @Option(help: "How many runs, at most.")
  var runs: Int?

  @Option(help: "How long, at most.")
  var minutes: Double?

  @Option(help: "How many runs at a time.")
  var workers: Int = ProcessInfo.processInfo.activeProcessorCount

  @Option(
    help: "A deliberate mistake that must be found: \(Mutation.allCases.map(\.rawValue).joined(separator: ", ")).")
  var mutation: Mutation?

  @Flag(help: "Print every step of the first seed's run.")
  var trace = false

  mutating func validate() throws {
    guard runs ?? 1 > 0, minutes ?? 1 > 0, workers > 0 else { throw ValidationError("Give numbers above 0.") }
  }

  func run() async throws {
    if trace {
      let report = Simulation.run(seed: seed, mutation: mutation, isTracing: true)
      show(report)
      if report.failure != nil { throw ExitCode(1) }
      return
    }
    print("Seeds from \(seed) on, \(workers) at a time.")
    let report = await SimulationSweep.run(
      firstSeed: seed, count: runs ?? (minutes == nil ? 1_000 : .max), seconds: minutes.map { $0 * 60 } ?? .infinity,
      workers: workers, mutation: mutation
    ) { FileHandle.standardOutput.write(Data((Self.line($0) + "\n").utf8)) }
    print(Self.line(report))
    guard let failed = report.failures.first else { return }
    show(Simulation.run(seed: failed.seed, mutation: mutation, isTracing: true))
    throw ExitCode(1)
  }

  private static func line(_ report: SimulationSweep.Report) -> String {
    let perMinute = Int(Double(report.runs) / max(report.seconds, 0.001) * 60)
    return "\(report.runs) runs, \(perMinute) a minute, \(report.steps / max(1, report.runs)) steps and "
      + "\(report.messages / max(1, report.runs)) messages a run, \(report.failures.count) failed"
  }

  private func show(_ report: Simulation.Report) {
    print(report.plan)
    for line in report.trace { print(line) }
    print("Seed \(report.seed): \(report.failure ?? "everything held"), digest \(String(report.digest, radix: 16))")
    let option = mutation.map { " --mutation \($0.rawValue)" } ?? ""
    print("Again: scripts/simulate --seed \(report.seed) --runs 1 --trace\(option)")
  }
}

extension Mutation: ExpressibleByArgument {}
