import CarbonInclusion
import Feeding
import Glibc
import Queues

/// A run of simulated traffic, pushed or written.
final class Simulation {
  /// Messages made at a time when there is no rate: enough for full pushes to the busier partners.
  private static let batchSize: Int64 = 4_000
  /// At a rate, how often messages are pushed.
  private static let tickMs = 25

  private var model: TrafficModel
  private let plan: TrafficPlan
  private let rate: Double?
  private let count: Int64?
  private let seconds: Double?
  private let file: OutputFile?
  private var progress = Progress()
  private var pushed: Int64 = 0

  init(plan: TrafficPlan, rate: Double?, count: Int64?, seconds: Double?, file: OutputFile?) {
    self.plan = plan
    self.rate = rate
    self.count = count
    self.seconds = seconds
    self.file = file
    model = TrafficModel(plan)
  }

  /// Says something to whoever looks on.
  func note(_ text: String) { progress.note(text) }

  /// Writes the messages to the file, as a journal has them.
  func write(summaryToError: Bool) throws {
    while let size = nextBatchSize() {
      for _ in 0..<size {
        let (partner, message) = model.next()
        try log(partner, message)
      }
      pushed += size
      // Whoever reads live traffic wants it now.
      if rate != nil { try file?.flush() }
      progress.show(pushed, share: share)
    }
    try file?.flush()
    finish("wrote", toError: summaryToError)
  }

  /// Pushes the messages to the partners' lists.
  func push(to lists: [PartnerList], through pusher: consuming PatientPusher) throws {
    var batches = [[[UInt8]]](repeating: [], count: lists.count)
    do {
      while let size = nextBatchSize() {
        for index in batches.indices { batches[index].removeAll(keepingCapacity: true) }
        for _ in 0..<size {
          let (partner, message) = model.next()
          batches[partner].append(message)
        }
        for (partner, batch) in batches.enumerated() where !batch.isEmpty {
          try push(batch, partner, lists[partner], &pusher)
        }
        progress.show(pushed, share: share)
      }
    } catch let failure as PushFailure {
      try file?.flush()
      progress.clear()
      if let failure = failure.commandFailure("pushed \(Amounts.count(pushed)) messages") { throw failure }
    }
    try file?.flush()
    finish("pushed", toError: false)
  }

  private func push(
    _ batch: [[UInt8]], _ partner: Int, _ list: PartnerList, _ pusher: inout PatientPusher
  ) throws {
    var accepted = batch.count
    var failure: PushFailure?
    do throws(PushFailure) {
      try pusher.push(batch, to: list)
    } catch {
      accepted = error.accepted
      failure = error
    }
    pushed += Int64(accepted)
    for message in batch[..<accepted] { try log(partner, message) }
    if let failure { throw failure }
  }

  private func log(_ partner: Int, _ message: [UInt8]) throws {
    let code = model.partners[partner].code
    try file?.write { JournalLine.append(partner: code, message: message, to: &$0) }
  }

  /// How many messages are due, once some are; `nil` at the end of the run.
  ///
  /// At a rate, the schedule is absolute: a slow push is made up for, and nothing drifts.
  private func nextBatchSize() -> Int64? {
    while !Interruption.isWanted {
      let left = count.map { $0 - made } ?? .max
      let elapsed = progress.seconds
      let isOver = seconds.map { elapsed >= $0 } ?? false
      guard left > 0 else { return nil }
      guard let rate else {
        guard !isOver else { return nil }
        return begin(min(left, Self.batchSize))
      }
      let due = min(left, Int64(min(elapsed, seconds ?? elapsed) * rate) - made)
      if due > 0 { return begin(min(due, Self.batchSize)) }
      guard !isOver else { return nil }
      _ = Interruption.wait(milliseconds: Self.tickMs)
    }
    return nil
  }

  private var made: Int64 { model.counts.reduce(0, +) }

  private func begin(_ size: Int64) -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    model.now = Instant(seconds: Int64(time.tv_sec))
    return size
  }

  private var share: Double? {
    if let count { return Double(made) / Double(count) }
    return seconds.map { progress.seconds / $0 }
  }

  private func finish(_ done: String, toError: Bool) {
    progress.clear()
    let kinds = TrafficKind.allCases.filter { model.counts[$0.rawValue] > 0 }.map {
      "\(Amounts.count(model.counts[$0.rawValue])) \($0.label)"
    }
    let text =
      "\(done) \(Amounts.count(pushed)) messages \(progress.summary(pushed)), seed \(plan.seed)"
      + (kinds.isEmpty ? "" : "\nmade: " + kinds.joined(separator: ", "))
    if toError { Console.error(text) } else { Console.print(text) }
  }
}
