/// Reads CSV as RFC 4180 has it, row by row, from a stream of chunks cut anywhere.
///
/// Beyond the RFC: a byte order mark at the start is skipped, rows may end in LF, CR LF or CR, and empty lines are no
/// rows. Bytes above 127 are passed on untouched.
package struct CSVReader: Sendable {
  /// A longer row is a fault: the memory of a reader is bounded.
  package static let maxRowBytes = 1 << 20

  /// How many cells each row must have, once the header has said so.
  package var columns: Int?

  private enum State { case cellStart, plain, quoted, quoteInQuoted }

  private let separator: UInt8
  private var mark = ByteOrderMark()
  private var chunk: [UInt8] = []
  private var offset = 0
  private var isFinished = false

  private var state = State.cellStart
  private var isAfterReturn = false
  private var line = 1
  private var quoteLine = 1
  private var rowLine = 1
  private var cells: [UInt8] = []
  private var ends: [Int] = []
  private var hasQuotes = false

  package init(separator: UInt8 = UInt8(ascii: ",")) { self.separator = separator }

  /// Adds bytes of the stream.
  package mutating func append(_ bytes: [UInt8]) { take(bytes, isLast: false) }

  /// Says that the stream has ended.
  package mutating func finish() { take([], isLast: true) }

  /// The next row; `nil` when more bytes are needed, or after `finish()`, at the end.
  ///
  /// - Throws: `CSVFault`; after `.ragged` the next call goes on with the next row.
  package mutating func next() throws(CSVFault) -> CSVRow? {
    while offset < chunk.count {
      let byte = chunk[offset]
      offset += 1
      if try endsRow(byte), let row = try finishRow() { return row }
    }
    guard isFinished else { return nil }
    if state == .quoted { throw .openQuote(line: quoteLine) }
    guard !cells.isEmpty || !ends.isEmpty || hasQuotes else { return nil }
    return try finishRow()
  }

  private mutating func take(_ bytes: [UInt8], isLast: Bool) {
    let added = mark.strip(bytes, isLast: isLast)
    if offset == chunk.count {
      chunk = added
    } else {
      chunk = Array(chunk[offset...]) + added
    }
    offset = 0
    isFinished = isLast
  }

  /// Takes one byte; whether the row ends with it.
  private mutating func endsRow(_ byte: UInt8) throws(CSVFault) -> Bool {
    let isSecondOfPair = isAfterReturn && byte == UInt8(ascii: "\n")
    isAfterReturn = byte == UInt8(ascii: "\r")
    if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r"), !isSecondOfPair { line += 1 }
    if state == .quoted {
      if byte == UInt8(ascii: "\"") { state = .quoteInQuoted } else { try keep(byte) }
      return false
    }
    guard !isSecondOfPair else {
      rowLine = line
      return false
    }
    switch byte {
    case separator:
      ends.append(cells.count)
      state = .cellStart
      // Cells may be empty: their ends take memory, too.
      guard ends.count <= Self.maxRowBytes else { throw .rowTooLong(line: rowLine) }
    case UInt8(ascii: "\n"), UInt8(ascii: "\r"): return true
    case UInt8(ascii: "\""): try takeQuote()
    default:
      guard state != .quoteInQuoted else { throw .textAfterQuote(line: line) }
      state = .plain
      try keep(byte)
    }
    return false
  }

  private mutating func takeQuote() throws(CSVFault) {
    switch state {
    case .cellStart:
      state = .quoted
      hasQuotes = true
      quoteLine = line
    case .quoteInQuoted:
      state = .quoted
      try keep(UInt8(ascii: "\""))
    case .plain, .quoted: throw .strayQuote(line: line)
    }
  }

  private mutating func keep(_ byte: UInt8) throws(CSVFault) {
    guard cells.count < Self.maxRowBytes else { throw .rowTooLong(line: rowLine) }
    cells.append(byte)
  }

  /// The row that was read, or `nil` for an empty line.
  private mutating func finishRow() throws(CSVFault) -> CSVRow? {
    let isEmptyLine = ends.isEmpty && cells.isEmpty && !hasQuotes
    ends.append(cells.count)
    let row = CSVRow(line: rowLine, bytes: cells, ends: ends)
    state = .cellStart
    rowLine = line
    hasQuotes = false
    cells.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    guard !isEmptyLine else { return nil }
    if let columns, row.count != columns { throw .ragged(line: row.line, found: row.count, expected: columns) }
    return row
  }
}
