import CarbonInclusion
import Messages
import Testing

/// The decoder and a Python program written from the contract must judge every text alike.
struct OracleAgreementTests {
  @Test(arguments: [UInt64(1), 2, 3])
  func `generated activities are judged as the second reader judges them`(seed: UInt64) throws {
    var generator = MessageGenerator(seed: seed)
    try expectAgreement(.activity, (0..<3000).map { _ in generator.activity() })
  }

  @Test(arguments: [UInt64(11), 12, 13])
  func `mutated activities are judged as the second reader judges them`(seed: UInt64) throws {
    var generator = MessageGenerator(seed: seed)
    try expectAgreement(.activity, (0..<3000).map { _ in generator.mutated(generator.activity()) })
  }

  @Test(arguments: [UInt64(21), 22])
  func `generated and mutated JSON is read as the second parser reads it`(seed: UInt64) throws {
    var generator = MessageGenerator(seed: seed)
    try expectAgreement(
      .json, (0..<4000).map { index in index % 2 == 0 ? generator.json() : generator.mutated(generator.json()) })
  }

  @Test func `the generated corpus reaches every refusal of form, and plenty of activities`() {
    var generator = MessageGenerator(seed: 31)
    var seen: [String: Int] = [:]
    for _ in 0..<2000 {
      for message in [generator.activity(), generator.mutated(generator.activity())] {
        let words = NormalForm.activity(message).split(separator: " ")
        seen[words[0] == "activity" ? "activity" : String(words[1]), default: 0] += 1
      }
    }
    #expect(seen["activity", default: 0] > 600, "activities are rare: \(seen)")
    for reason in [
      RefusalReason.malformedJSON, .duplicateField, .missingField, .wrongType, .invalidValue, .quantityNotPositive,
      .quantityOutOfRange, .unknownUnit, .endsBeforeStart, .reversalWithBehaviour,
    ] {
      #expect(seen[reason.rawValue, default: 0] >= 10, "\(reason) is hardly reached: \(seen)")
    }
  }

  @Test func `each odd value of each field is judged alike`() throws {
    var messages: [[UInt8]] = []
    for (field, values) in MessagePools.odd.sorted(by: { $0.key < $1.key }) {
      for value in values {
        var fields = [
          "id": "\"i\"", "resident": "\"r\"", "behaviour": "\"check-in\"", "ended_at": "\"2022-11-29T08:23:00+08:00\"",
        ]
        if field == "reverses" { fields["behaviour"] = nil }
        fields[field] = value
        let parts = fields.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }
        messages.append(Array("{\(parts.joined(separator: ","))}".utf8))
      }
    }
    try expectAgreement(.activity, messages)
  }

  @Test func `a text cut after any byte is judged alike`() throws {
    let text =
      #" {"id":"mt-1","resident":"o6","behaviour":"ev-charging","quantity":-1.50E+1,"unit":"kWh","#
      + #""ended_at":"2022-11-29T08:23:00+08:00","evidence":"电表🚲\ud83d\ude00\n","x":[true,false,null,{"é":[]}]} "#
    let whole = Array(text.utf8)
    let cuts = (0...whole.count).map { Array(whole[..<$0]) }
    try expectAgreement(.activity, cuts)
    try expectAgreement(.json, cuts)
  }

  @Test func `limits of size, depth, marks and bytes are judged alike`() throws {
    let short = #"{"id":"i","resident":"r","behaviour":"check-in","ended_at":"2022-11-29T08:23:00Z","x":""#
    func message(ofBytes count: Int) -> [UInt8] {
      Array((short + String(repeating: "x", count: count - short.utf8.count - 2) + "\"}").utf8)
    }
    var messages = [16_383, 16_384, 16_385, 20_000].map(message(ofBytes:))
    messages += [Array(repeating: 0x5B, count: 16_384), Array(repeating: 0x20, count: 16_384), []]
    messages += (14...18).map { Array((String(repeating: "[", count: $0) + String(repeating: "]", count: $0)).utf8) }
    messages += (14...18).map { depth in
      Array((String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth)).utf8)
    }
    messages += [[0xEF, 0xBB, 0xBF] + Array("{}".utf8), [0xFE, 0xFF], [0xFF, 0xFE, 0x7B, 0x00, 0x7D, 0x00], [0x00]]
    messages += MessagePools.byteRuns.map { Array("{\"x\":\"".utf8) + $0 + Array("\"}".utf8) }
    messages += MessagePools.byteRuns.map { Array("{\"x\":".utf8) + $0 + Array("}".utf8) }
    messages += [
      "1", "-", "-1", "01", "1.", ".1", "1e", "1e+", "+1", "nul", "true ", "\"a\"", "[1,]", "{\"a\":1,}", "{a:1}",
      "{\"a\" 1}", "{,}", "[,]", "{}{}", "[1 2]", "{\"a\":1 \"b\":2}", "'a'", "{\"a\":1,\"a\":2}",
      "{\"a\":1,\"\\u0061\":2}",
      "{\"é\":1,\"e\u{301}\":2}", "{\"\":1,\"\":2}", "{\"x\":{\"a\":1,\"a\":2}}",
    ].map { Array($0.utf8) }
    try expectAgreement(.json, messages)
    try expectAgreement(.activity, messages)
  }

  private func expectAgreement(_ mode: MessagesOracle.Mode, _ messages: [[UInt8]]) throws {
    let expected = try MessagesOracle.lines(mode, for: messages)
    var disagreements = 0
    for (message, theirs) in zip(messages, expected) {
      let ours = mode == .json ? NormalForm.json(message) : NormalForm.activity(message)
      guard ours != theirs else { continue }
      disagreements += 1
      if disagreements <= 5 {
        Issue.record(
          "we say:   \(ours)\nthey say: \(theirs)\nof \(String(decoding: message, as: UTF8.self).debugDescription)")
      }
    }
    #expect(disagreements == 0, "\(disagreements) of \(messages.count) texts are judged differently")
  }
}
