import Feeding
import Testing

@Suite struct `Reading CSV` {
  @Test(arguments: [1, 2, 3, 7, 10_000])
  func `quotes, separators and line ends inside cells survive any cut into chunks`(chunk: Int) throws {
    let file = "id,note\r\n1,\"a \"\"b\"\", c\r\nd\"\r\n2,\"\"\n3,plain\rlast,ä"
    #expect(
      try rows(file, chunk: chunk) == [
        ["id", "note"], ["1", "a \"b\", c\r\nd"], ["2", ""], ["3", "plain"], ["last", "ä"],
      ])
  }

  @Test(arguments: [1, 2, 3, 4, 100])
  func `a byte order mark is no part of the first cell`(chunk: Int) throws {
    #expect(try rows("\u{FEFF}id,b\n1,2\n", chunk: chunk) == [["id", "b"], ["1", "2"]])
    #expect(try rows("\u{FEFF}", chunk: chunk) == [])
  }

  @Test func `a file that begins like a byte order mark loses nothing`() throws {
    var reader = CSVReader()
    reader.append([0xEF])
    reader.append([0xBB])
    reader.finish()
    #expect(try reader.next().map { Array($0[0]) } == [0xEF, 0xBB])
  }

  @Test func `empty lines are no rows, an empty quoted cell is one`() throws {
    #expect(try rows("\n\na\n\r\n\"\"\n\n", chunk: 2) == [["a"], [""]])
    #expect(try rows("", chunk: 2) == [])
    #expect(try rows("a,b\n,\n", chunk: 2) == [["a", "b"], ["", ""]])
    #expect(try rows("\"\"", chunk: 1) == [[""]])
  }

  @Test func `a ragged row is reported by its line, and the next one is read`() throws {
    var reader = CSVReader()
    reader.append(Array("a,b\n\"x\ny\",1\n1\n1,2,3\n5,6\n".utf8))
    reader.finish()
    reader.columns = try reader.next()?.count
    #expect(try reader.next()?.line == 2)
    #expect(throws: CSVFault.ragged(line: 4, found: 1, expected: 2)) { try reader.next() }
    #expect(throws: CSVFault.ragged(line: 5, found: 3, expected: 2)) { try reader.next() }
    let last = try #require(try reader.next())
    #expect(last.line == 6 && last.text(1) == "6", "line \(last.line), cell \(last.text(1))")
    #expect(try reader.next() == nil)
  }

  @Test(arguments: [
    ("a\nb\"c\n", CSVFault.strayQuote(line: 2)), ("a\r\n\"b\"c\r\n", .textAfterQuote(line: 2)),
    ("a\n\"b\nc", .openQuote(line: 2)),
  ])
  func `broken quoting is a fault with its line`(file: String, fault: CSVFault) {
    #expect(throws: fault) { try rows(file, chunk: 3) }
  }

  @Test func `a row without an end takes no more memory than a row may`() {
    var reader = CSVReader()
    reader.append([UInt8(ascii: "\"")])
    #expect(throws: CSVFault.rowTooLong(line: 1)) {
      for _ in 0..<40 {
        reader.append([UInt8](repeating: 0x61, count: 65_536))
        _ = try reader.next()
      }
    }
  }

  private func rows(_ file: String, chunk: Int) throws -> [[String]] {
    var reader = CSVReader()
    let bytes = Array(file.utf8)
    var rows: [[String]] = []
    for start in stride(from: 0, to: bytes.count, by: chunk) {
      reader.append(Array(bytes[start..<min(start + chunk, bytes.count)]))
      while let row = try reader.next() { rows.append((0..<row.count).map { row.text($0) }) }
    }
    reader.finish()
    while let row = try reader.next() { rows.append((0..<row.count).map { row.text($0) }) }
    return rows
  }
}
