import Foundation
import Synchronization

/// Many runs, on several threads at once.
package enum SimulationSweep {
  package struct Report: Sendable {
    package var runs = 0
    package var steps = 0
    package var messages = 0
    package var seconds = 0.0
    /// The runs that something was wrong with.
    package var failures: [Simulation.Report] = []
  }

  /// Runs seed after seed, from the first one on, until enough were run, the time is over, or one has failed.
  ///
  /// - Parameter progress: is told now and then how far it is.
  package static func run(
    firstSeed: UInt64, count: Int, seconds: Double = .infinity, workers: Int = 2, mutation: Mutation? = nil,
    progress: @escaping @Sendable (Report) -> Void = { _ in }
  ) async -> Report {
    let sweep = Sweep(firstSeed: firstSeed, count: count, seconds: seconds)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<workers {
        group.addTask {
          await withCheckedContinuation { done in
            Thread {
              while let seed = sweep.next() {
                let report = sweep.add(Simulation.run(seed: seed, mutation: mutation))
                if report.runs % 1_000 == 0 { progress(report) }
              }
              done.resume()
            }.start()
          }
        }
      }
    }
    return sweep.report
  }
}

/// What the threads of a sweep share.
private final class Sweep: Sendable {
  private struct State {
    var nextSeed: UInt64
    var left: Int
    var report = SimulationSweep.Report()
  }

  private let state: Mutex<State>
  private let start = Date()
  private let seconds: Double

  init(firstSeed: UInt64, count: Int, seconds: Double) {
    self.state = Mutex(State(nextSeed: firstSeed, left: count))
    self.seconds = seconds
  }

  func next() -> UInt64? {
    state.withLock { state in
      guard state.left > 0, state.report.failures.isEmpty, Date().timeIntervalSince(start) < seconds else { return nil }
      state.left -= 1
      defer { state.nextSeed &+= 1 }
      return state.nextSeed
    }
  }

  func add(_ run: Simulation.Report) -> SimulationSweep.Report {
    state.withLock { state in
      state.report.runs += 1
      state.report.steps += run.steps
      state.report.messages += run.messages
      state.report.seconds = Date().timeIntervalSince(start)
      if run.failure != nil { state.report.failures.append(run) }
      return state.report
    }
  }

  var report: SimulationSweep.Report { state.withLock { $0.report } }
}
