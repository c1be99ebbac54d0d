/// Cuts a stream of chunks into lines; empty ones are left out.
package struct LineReader: Sendable {
  /// A longer line is a fault: the memory of a reader is bounded. A message may have 16 KiB.
  package static let maxLineBytes = 1 << 20

  /// A line that is too long to be a message.
  package struct TooLong: Error, Sendable, Equatable, CustomStringConvertible {
    package let line: Int

    package var description: String { "line \(line): over \(LineReader.maxLineBytes) bytes without an end of line" }
  }

  private var mark = ByteOrderMark()
  private var pending: [UInt8] = []
  private var offset = 0
  /// Up to where `pending` is known to hold no end of line.
  private var searched = 0
  private var isFinished = false
  /// The number of the line read last, from 1.
  package private(set) var line = 0

  package init() {}

  /// Adds bytes of the stream.
  package mutating func append(_ bytes: [UInt8]) { take(bytes, isLast: false) }

  /// Says that the stream has ended.
  package mutating func finish() { take([], isLast: true) }

  /// The next line without its end; `nil` when more bytes are needed, or after `finish()`, at the end.
  package mutating func next() throws(TooLong) -> [UInt8]? {
    while true {
      guard let end = pending[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
        searched = pending.count
        guard searched - offset <= Self.maxLineBytes else { throw TooLong(line: line + 1) }
        guard isFinished, offset < pending.count else { return nil }
        return content(upTo: pending.count)
      }
      if let content = content(upTo: end) { return content }
    }
  }

  private mutating func take(_ bytes: [UInt8], isLast: Bool) {
    let added = mark.strip(bytes, isLast: isLast)
    pending.removeFirst(offset)
    searched -= offset
    offset = 0
    pending += added
    isFinished = isLast
  }

  private mutating func content(upTo end: Int) -> [UInt8]? {
    var content = pending[offset..<end]
    line += 1
    offset = min(end + 1, pending.count)
    searched = offset
    if content.last == UInt8(ascii: "\r") { content.removeLast() }
    let isBlank = content.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    return isBlank ? nil : Array(content)
  }
}
