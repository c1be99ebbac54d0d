package import Lanes
package import Logging

/// What a worker process does beside its work, at intervals, on one thread: folding totals, making itself known.
package final class HousekeepingLane {
  /// One chore. A chore that fails is tried again at its next turn, and does not keep the others from theirs.
  package struct Chore {
    let name: String
    let everyMs: Int64
    let run: () throws -> Void

    package init(name: String, everyMs: Int64, run: @escaping () throws -> Void) {
      self.name = name
      self.everyMs = everyMs
      self.run = run
    }
  }

  private let stop: StopSignal
  private let report: LaneReport
  private var chores: [(chore: Chore, dueAt: Int64, outage: Outage)]

  package init(chores: [Chore], stop: StopSignal, report: LaneReport, logger: Logger) {
    self.stop = stop
    self.report = report
    self.chores = chores.map { chore in
      var choreLogger = logger
      choreLogger[metadataKey: "chore"] = "\(chore.name)"
      return (chore, 0, Outage(logger: choreLogger, clock: SystemLaneClock(stop: stop), board: report.outages))
    }
  }

  package func run() {
    while !stop.isStopping {
      for index in chores.indices where chores[index].dueAt <= monotonicMilliseconds() && !stop.isStopping {
        turn(index)
      }
      let next = chores.map(\.dueAt).min() ?? 0
      _ = stop.wait(milliseconds: Int(max(10, next - monotonicMilliseconds())))
    }
  }

  private func turn(_ index: Int) {
    var delay = chores[index].chore.everyMs
    do {
      try chores[index].chore.run()
      chores[index].outage.recovered()
    } catch {
      delay = max(delay, Int64(chores[index].outage.failed(error, report: report)))
    }
    chores[index].dueAt = monotonicMilliseconds() + delay
  }
}
