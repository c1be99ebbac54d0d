import Feeding
import Queues

/// A partner's file on its way into its list.
final class PartnerFeed {
  private static let batchSize = 1_000
  /// Rows that are named one by one when they cannot become messages.
  private static let namedRows = 10

  private let input: InputFile
  private let path: String
  private let skip: Int64
  private var reader: MessageReader
  private var progress = Progress()
  /// Rows or lines read, the left out ones included.
  private var recordCount: Int64 = 0
  private var unusableRows: Int64 = 0
  private var isInputAtEnd = false
  private var hasEnded = false
  private var hasWarnedOfZone = false
  /// What made the rest of the file unreadable.
  private var brokenBy: MessageReader.Fault?
  /// Messages that wait to be pushed, each with the number of its row or line.
  private var batch: [(message: [UInt8], record: Int64)] = []
  private var pushed: Int64 = 0
  /// The row or line up to which everything is in the list.
  private var safeRecord: Int64

  init(input: InputFile, path: String, skip: Int64, reader: MessageReader) {
    self.input = input
    self.path = path
    self.skip = skip
    self.reader = reader
    safeRecord = skip
  }

  /// Says something to whoever looks on.
  func note(_ text: String) { progress.note(text) }

  /// Reads the first messages.
  func begin() throws { try fill() }

  /// Prints all messages, a line each.
  func print() throws {
    let output = try OutputFile("-")
    repeat {
      try fill()
      for (message, _) in batch {
        try output.write {
          $0 += message
          $0.append(UInt8(ascii: "\n"))
        }
        pushed += 1
      }
      batch.removeAll(keepingCapacity: true)
    } while !hasEnded && !Interruption.isWanted
    try output.flush()
    try finish("printed")
  }

  /// Pushes all messages.
  func push(to list: PartnerList, through pusher: consuming PatientPusher) throws {
    while !batch.isEmpty || !hasEnded {
      try fill()
      do throws(PushFailure) {
        try pusher.push(batch.map(\.message), to: list)
      } catch {
        account(for: error.accepted)
        progress.clear()
        throw error.commandFailure(resumption) ?? CommandFailure(.failure, "interrupted; \(resumption)")
      }
      account(for: batch.count)
      batch.removeAll(keepingCapacity: true)
      progress.show(pushed, share: input.size.map { Double(input.bytesRead) / Double(max($0, 1)) })
      guard !Interruption.isWanted || hasEnded else {
        progress.clear()
        throw CommandFailure(.failure, "interrupted; \(resumption)")
      }
    }
    try finish("pushed")
  }

  private var resumption: String {
    "pushed \(Amounts.count(pushed)) messages; go on with --skip \(safeRecord)"
  }

  private func account(for accepted: Int) {
    pushed += Int64(accepted)
    if accepted > 0 { safeRecord = batch[accepted - 1].record }
  }

  /// Reads on until a batch is full, the file ends, a slow writer pauses or the user wants to end.
  private func fill() throws {
    while batch.count < Self.batchSize && !hasEnded {
      if try takeRecord() { continue }
      guard !isInputAtEnd else {
        hasEnded = true
        return
      }
      guard let bytes = try input.read(returnsWhenIdle: !batch.isEmpty) else { return }
      if bytes.isEmpty {
        reader.finish()
        isInputAtEnd = true
      } else {
        reader.append(bytes)
      }
    }
  }

  /// Takes one row or line; false if the reader needs more bytes.
  private func takeRecord() throws -> Bool {
    let record: MessageReader.Record
    do throws(MessageReader.Fault) {
      guard let next = try reader.next() else { return false }
      record = next
    } catch {
      try end(with: error)
      return true
    }
    recordCount += 1
    guard recordCount > skip else { return true }
    switch record {
    case .message(let message): batch.append((message, recordCount))
    case .skipped(let fault):
      unusableRows += 1
      if unusableRows <= Self.namedRows { progress.note("\(path): \(fault); the row is left out") }
    }
    if reader.timesWithoutZone > 0, !hasWarnedOfZone {
      hasWarnedOfZone = true
      progress.note("\(path): times without an offset will be refused; say with --time-zone where they were read")
    }
    return true
  }

  /// Nothing more can be read. What was read before is pushed all the same, unless the command was wrong.
  private func end(with fault: MessageReader.Fault) throws {
    switch fault {
    case .mapping, .mappingOfJSON, .jsonArray: throw CommandFailure(.usage, "\(path): \(fault)")
    case .empty: break
    case .csv, .line: brokenBy = fault
    }
    hasEnded = true
  }

  private func finish(_ done: String) throws {
    progress.clear()
    let summary = "\(done) \(Amounts.count(pushed)) messages \(progress.summary(pushed))"
    if done == "pushed" { Console.print(summary) } else { Console.error(summary) }
    if let brokenBy {
      throw CommandFailure(
        .failure, "\(path): \(brokenBy); nothing behind it was read. Mend it and go on with --skip \(recordCount)")
    }
    guard unusableRows == 0 else {
      throw CommandFailure(.failure, "\(path): \(Amounts.count(unusableRows)) rows could not become messages")
    }
  }
}
