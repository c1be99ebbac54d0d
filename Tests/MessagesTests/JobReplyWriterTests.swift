import CarbonInclusion
import Messages
import Testing

struct JobReplyWriterTests {
  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test func `what was done is written in the order of its fields`() {
    let reply = JobReply([
      .init("status", .text("held")), .init("points", .integer(-3000)),
      .init("codes", .list([.text("A\"1"), .absent])),
      .init("pending", .flag(false)), .init("certificate", .document(#"{"serial":1}"#)), .init("title", .absent),
    ])
    #expect(
      Self.text(JobReplyWriter.encoded(reply, id: "job-1", operation: "redeem"))
        == #"{"id":"job-1","op":"redeem","ok":true,"status":"held","points":-3000,"codes":["A\"1",null],"#
        + #""pending":false,"certificate":{"serial":1},"title":null}"#)
  }

  @Test func `what was refused is written with its code and in words`() {
    let reply = JobReply(JobError(.outOfStock, "coupon has 0 left"))
    #expect(
      Self.text(JobReplyWriter.encoded(reply, id: "job-1", operation: nil))
        == #"{"id":"job-1","op":null,"ok":false,"error":{"code":"out_of_stock","message":"coupon has 0 left"}}"#)
  }

  @Test func `what cannot be answered by its id is sent back, cut, with wrong bytes replaced`() {
    let fault = JobFault(id: nil, operation: nil, error: JobError(.malformedJSON, "byte 0: not UTF-8"))
    #expect(
      Self.text(JobReplyWriter.encoded(malformed: fault, text: [0xFF, 0x22, 0x0A]))
        == #"{"id":null,"op":null,"ok":false,"error":{"code":"malformed_json","message":"byte 0: not UTF-8"},"#
        + "\"text\":\"\u{FFFD}\\\"\\n\"}")
    let long = Self.text(
      JobReplyWriter.encoded(malformed: fault, text: Array(String(repeating: "🚲", count: 3000).utf8)))
    #expect(long.unicodeScalars.count { $0 == "🚲" } == 2_000)
    #expect(!long.contains("\u{FFFD}"))
  }
}
