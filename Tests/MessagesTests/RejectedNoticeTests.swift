import CarbonInclusion
import Foundation
import Messages
import Testing

struct RejectedNoticeTests {
  private static let at = Instant(microseconds: 1_669_681_380_250_000)

  @Test func `a notice has the contract's five names in their order`() {
    let notice = RejectedNotice(
      id: "mt-1", outcome: .rejected, reason: "unknown_unit", detail: "field \"unit\": \"miles\"", at: Self.at)
    let expected =
      #"{"id":"mt-1","outcome":"rejected","reason":"unknown_unit","detail":"field \"unit\": \"miles\"","#
      + #""at":"2022-11-29T00:23:00.250000Z"}"#
    #expect(String(decoding: notice.encoded(), as: UTF8.self) == expected)
  }

  @Test func `an id that could not be read is null`() {
    let notice = RejectedNotice(id: nil, outcome: .conflict, reason: nil, detail: nil, at: Instant(seconds: 0))
    #expect(
      String(decoding: notice.encoded(), as: UTF8.self)
        == #"{"id":null,"outcome":"conflict","reason":null,"detail":null,"at":"1970-01-01T00:00:00Z"}"#)
  }

  @Test func `every character survives another parser`() throws {
    let every = (0...0x2FF).compactMap(Unicode.Scalar.init).map(String.init).joined() + "\u{2028}\u{FFFF}🚲"
    let notice = RejectedNotice(id: every, outcome: .held, reason: "x", detail: every, at: Self.at)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(notice.encoded())) as? [String: String])
    #expect(object["id"].map { Array($0.unicodeScalars) } == Array(every.unicodeScalars))
    #expect(object["detail"].map { Array($0.unicodeScalars) } == Array(every.unicodeScalars))
  }

  @Test func `nested containers get their commas`() {
    var json = JSONWriter()
    json.object { json in
      json.name("empty")
      json.array { _ in }
      json.name("rows")
      json.array { json in
        json.object { json in json.field("a", 1) }
        json.object { json in
          json.field("ok", true)
          json.field("none", nil as Int64?)
        }
        json.integer(Int64.min)
        json.null()
      }
      json.field("last", false)
    }
    #expect(
      json.text == #"{"empty":[],"rows":[{"a":1},{"ok":true,"none":null},-9223372036854775808,null],"last":false}"#)
  }
}
