/// What is wrong with a CSV file, and on which line.
package enum CSVFault: Error, Sendable, Equatable {
  /// A row with another number of cells than the header. The reader goes on behind it.
  case ragged(line: Int, found: Int, expected: Int)
  case strayQuote(line: Int)
  case textAfterQuote(line: Int)
  case openQuote(line: Int)
  case rowTooLong(line: Int)

  /// Whether nothing behind it can be trusted.
  package var endsReading: Bool {
    if case .ragged = self { false } else { true }
  }
}

extension CSVFault: CustomStringConvertible {
  package var description: String {
    switch self {
    case .ragged(let line, let found, let expected):
      "line \(line): \(found) \(found == 1 ? "cell" : "cells"), but the header has \(expected)"
    case .strayQuote(let line): "line \(line): a quotation mark inside a cell that does not begin with one"
    case .textAfterQuote(let line): "line \(line): text behind the closing quotation mark of a cell"
    case .openQuote(let line): "line \(line): a quotation mark that is never closed"
    case .rowTooLong(let line):
      "line \(line): a row of over \(CSVReader.maxRowBytes) bytes; is a quotation mark left open?"
    }
  }
}
