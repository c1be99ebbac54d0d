/// One row of a CSV file, its quoting undone.
package struct CSVRow: Sendable {
  /// The line of the file that it begins on, from 1.
  package let line: Int
  /// All cells, one behind the other.
  private let bytes: [UInt8]
  private let ends: [Int]

  init(line: Int, bytes: [UInt8], ends: [Int]) {
    self.line = line
    self.bytes = bytes
    self.ends = ends
  }

  package var count: Int { ends.count }

  package subscript(index: Int) -> ArraySlice<UInt8> { bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]] }

  package func text(_ index: Int) -> String { String(decoding: self[index], as: UTF8.self) }
}
