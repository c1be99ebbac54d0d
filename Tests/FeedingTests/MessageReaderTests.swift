import Feeding
import Testing

@Suite struct `Reading the messages of a file` {
  private static let csv = "id,resident,behaviour,ended_at\n1,r,check-in,2022-11-29T08:00:00Z\n2,r\n3,r,check-in,t\n"

  @Test(arguments: [1, 5, 1_000])
  func `CSV is told by its first byte, and a ragged row is skipped and reported`(chunk: Int) throws {
    let records = try records(Self.csv, chunk: chunk)
    try #require(records.count == 3, "\(records)")
    #expect(text(records[0]) == #"{"id":"1","resident":"r","behaviour":"check-in","ended_at":"2022-11-29T08:00:00Z"}"#)
    #expect(records[1] == .skipped(.ragged(line: 3, found: 2, expected: 4)))
    #expect(text(records[2]) == #"{"id":"3","resident":"r","behaviour":"check-in","ended_at":"t"}"#)
  }

  @Test(arguments: [1, 5, 1_000])
  func `JSON lines are passed on byte for byte`(chunk: Int) throws {
    let records = try records("\u{FEFF}\n{\"id\": 1 }\r\n\n  \n{broken\nlast", chunk: chunk)
    #expect(records.map { text($0) } == ["{\"id\": 1 }", "{broken", "last"])
  }

  @Test(
    arguments: [
      ("[{}]", [], MessageReader.Fault.jsonArray), ("", [], .empty), ("\n \n", [], .empty),
      ("{}", ["id=a"], .mappingOfJSON), ("a,b\n", [], .mapping(.nothingFor(field: "id", columns: ["a", "b"]))),
    ] as [(String, [String], MessageReader.Fault)])
  func `what cannot be read is refused at once`(file: String, maps: [String], fault: MessageReader.Fault) {
    #expect(throws: fault) { try records(file, chunk: 1, maps: maps) }
  }

  @Test func `a line without an end takes no more memory than a line may`() {
    var reader = MessageReader(format: .jsonl, maps: [], sets: [], zone: nil)
    #expect(throws: MessageReader.Fault.self) {
      for _ in 0..<40 {
        reader.append([UInt8](repeating: 0x61, count: 65_536))
        _ = try reader.next()
      }
    }
  }

  private func records(_ file: String, chunk: Int, maps: [String] = []) throws -> [MessageReader.Record] {
    var reader = MessageReader(format: nil, maps: maps, sets: [], zone: nil)
    let bytes = Array(file.utf8)
    var records: [MessageReader.Record] = []
    for start in stride(from: 0, to: bytes.count, by: chunk) {
      reader.append(Array(bytes[start..<min(start + chunk, bytes.count)]))
      while let record = try reader.next() { records.append(record) }
    }
    reader.finish()
    while let record = try reader.next() { records.append(record) }
    return records
  }

  private func text(_ record: MessageReader.Record) -> String {
    switch record {
    case .message(let bytes): String(decoding: bytes, as: UTF8.self)
    case .skipped(let fault): "skipped: \(fault)"
    }
  }
}
