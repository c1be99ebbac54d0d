import CarbonInclusion
import Messages
import Testing

/// What a partner is told, word for word. That the judgement itself is right is for `OracleAgreementTests`.
struct ActivityDecoderTests {
  @Test func `the contract's example is an activity`() {
    let text = """
      {"id":"mt-20221129-000000123456","resident":"o6_bmjrPTlm6_2sgVt7hMZOPfL2M","behaviour":"shared-bike-ride",
       "quantity":5.0,"unit":"km","started_at":"2022-11-29T08:00:00+08:00","ended_at":"2022-11-29T08:23:00+08:00",
       "region":"140105","evidence":"bike:8620331","claimed_g":"1250","seq":18231}
      """
    let expected = Activity(
      id: "mt-20221129-000000123456", resident: "o6_bmjrPTlm6_2sgVt7hMZOPfL2M",
      report: .act(behaviour: "shared-bike-ride", quantity: Quantity(5), unit: .kilometre),
      endedAt: Instant(seconds: 1_669_681_380), startedAt: Instant(seconds: 1_669_680_000),
      region: Region(code: 140105),
      evidence: "bike:8620331", claimedMilligrams: 1_250_000, sequence: 18231)
    #expect(ActivityDecoder.decode(Array(text.utf8)) == .activity(expected))
  }

  struct Fault: CustomTestStringConvertible {
    /// Put in for, or added to, the fields of a good message; nil takes one out.
    let field: String
    let value: String?
    let reason: RefusalReason
    let detail: String

    init(_ field: String, _ value: String?, _ reason: RefusalReason, _ detail: String) {
      (self.field, self.value, self.reason, self.detail) = (field, value, reason, detail)
    }

    var testDescription: String { "\(field) = \(value ?? "absent")" }
  }

  private static let good = [
    ("id", "\"i\""), ("resident", "\"r\""), ("behaviour", "\"ev-charging\""), ("quantity", "5"), ("unit", "\"kWh\""),
    ("ended_at", "\"2022-11-29T08:23:00Z\""),
  ]

  @Test(arguments: [
    Fault("id", nil, .missingField, #"field "id": required, but missing"#),
    Fault("behaviour", nil, .missingField, #"field "behaviour": required, but missing, as is reverses"#),
    Fault("id", "null", .wrongType, #"field "id": expected a string, found null"#),
    Fault("resident", "\"\"", .invalidValue, #"field "resident": is empty"#),
    Fault("resident", "\"ré\"", .invalidValue, #"field "resident": character 2 is not printable ASCII"#),
    Fault(
      "behaviour", "\"EV\"", .invalidValue,
      #"field "behaviour": "EV" is not a code: 2 to 40 of a-z, 0-9 and -, not - first"#),
    Fault("quantity", "0", .quantityNotPositive, #"field "quantity": 0 is not above 0"#),
    Fault("quantity", "-0", .quantityNotPositive, #"field "quantity": -0 is not above 0"#),
    Fault(
      "quantity", "1e400", .quantityOutOfRange, #"field "quantity": 1e400 has more than 12 digits before the point"#),
    Fault(
      "quantity", "0.0000001", .quantityOutOfRange,
      #"field "quantity": 0.0000001 has more than 6 digits after the point"#),
    Fault(
      "quantity", "\"5,0\"", .invalidValue,
      #"field "quantity": "5,0" is not a string of decimal digits, such as "5" or "0.25""#),
    Fault(
      "quantity", "true", .wrongType, #"field "quantity": expected a number or a string of digits, found a boolean"#),
    Fault(
      "unit", "\"miles\"", .unknownUnit,
      #"field "unit": "miles" is not one of m, km, Wh, kWh, g, kg, order, meal, trip, step, day, item"#),
    Fault(
      "ended_at", "\"2022-11-29T08:23:00\"", .invalidValue,
      #"field "ended_at": "2022-11-29T08:23:00" has no offset from UTC, such as Z or +08:00"#),
    Fault(
      "ended_at", "\"2022-02-30T08:23:00Z\"", .invalidValue,
      #"field "ended_at": "2022-02-30T08:23:00Z" names a date that does not exist"#),
    Fault(
      "ended_at", "\"0001-01-01T00:00:00+08:00\"", .invalidValue,
      #"field "ended_at": "0001-01-01T00:00:00+08:00" is in UTC before the year 1 or after the year 9999"#),
    Fault(
      "ended_at", "\"9999-12-31T23:59:59-00:01\"", .invalidValue,
      #"field "ended_at": "9999-12-31T23:59:59-00:01" is in UTC before the year 1 or after the year 9999"#),
    Fault(
      "started_at", "\"2022-11-29T08:23:01Z\"", .endsBeforeStart,
      #"field "started_at": "2022-11-29T08:23:01Z" is after ended_at "2022-11-29T08:23:00Z""#),
    Fault("region", "\"1401\"", .invalidValue, #"field "region": "1401" is not a code of six digits, such as 140105"#),
    Fault("claimed_g", "-1", .invalidValue, #"field "claimed_g": -1 is below 0"#),
    Fault("seq", "1.5", .invalidValue, #"field "seq": 1.5 is not a whole number from 0 to 9223372036854775807"#),
    Fault("reverses", "\"x\"", .reversalWithBehaviour, #"field "behaviour": not allowed together with reverses"#),
    Fault("note\":1,\"note", "2", .duplicateField, #"byte 120: field "note" stands twice"#),
  ])
  func `a fault is told with its field and what stands there`(fault: Fault) {
    var fields = Self.good.filter { $0.0 != fault.field }
    if let value = fault.value { fields.append((fault.field, value)) }
    let text = "{" + fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    guard case .refused(let refusal, let id, let resident) = ActivityDecoder.decode(Array(text.utf8)) else {
      Issue.record("not refused: \(text)")
      return
    }
    #expect(refusal == Refusal(fault.reason, fault.detail))
    #expect(id == (fault.field == "id" ? nil : "i"), "the id can still be read")
    #expect(resident == (fault.field == "resident" ? nil : "r"), "the resident can still be read")
  }

  @Test(arguments: [
    ("", "byte 0: expected a value, the text ends"), ("{\"id\" 1}", "byte 6: expected ':' after a field name"),
    ("{\"a\":1", "byte 6: expected ',' or '}' after a value"),
    ("{\"a\":01}", "byte 6: a number may not begin with 0 and a digit"),
    ("{\"a\":\"\\ud800\"}", "byte 6: a high surrogate without its low one"),
    ("{} x", "byte 3: expected the end of the text"),
    ("\u{FEFF}{}", "byte 0: a byte order mark is not allowed"), ("{'a':1}", "byte 1: expected a field name in quotes"),
    (String(repeating: "[", count: 17), "byte 16: nested deeper than 16 containers"),
  ])
  func `malformed JSON is told with its byte`(text: String, detail: String) {
    #expect(
      ActivityDecoder.decode(Array(text.utf8)) == .refused(Refusal(.malformedJSON, detail), id: nil, resident: nil))
  }

  @Test func `a message of 16 KiB is read, one byte more is not`() {
    let fits = [UInt8](repeating: 0x20, count: 16_382) + Array("[]".utf8)
    #expect(
      ActivityDecoder.decode(fits)
        == .refused(Refusal(.notAnObject, "expected a JSON object, found an array"), id: nil, resident: nil))
    #expect(
      ActivityDecoder.decode(fits + [0x20])
        == .refused(
          Refusal(.messageTooLarge, "16385 bytes, at most 16384 are allowed"), id: nil, resident: nil))
  }

  @Test func `a resident that stands twice is nobody, and the id is still read`() {
    let text = #"{"id":"i","resident":"a","resident":"b"}"#
    guard case .refused(let refusal, let id, let resident) = ActivityDecoder.decode(Array(text.utf8)) else {
      Issue.record("not refused: \(text)")
      return
    }
    #expect(refusal.reason == .duplicateField)
    #expect(id == "i")
    #expect(resident == nil)
  }

  @Test func `a quoted value is cut between characters`() {
    let text = #"{"id":"i","resident":"r","behaviour":"\#(String(repeating: "字", count: 50))"}"#
    guard case .refused(let refusal, _, _) = ActivityDecoder.decode(Array(text.utf8)) else {
      Issue.record("not refused: \(text)")
      return
    }
    #expect(refusal.detail.hasPrefix("field \"behaviour\": \"\(String(repeating: "字", count: 13))…\" is not a code"))
  }
}
