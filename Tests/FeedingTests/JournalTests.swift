import Feeding
import Testing

@Suite struct `The journal of a simulation` {
  @Test func `a message is kept as a JSON string`() {
    #expect(
      line(Array("{\"a\":\"\\u00e4ä\n\"}".utf8)) == #"{"partner":"eleme","raw":"{\"a\":\"\\u00e4ä\u000a\"}"}"# + "\n")
  }

  @Test(arguments: [
    ([0xFF], "/w=="), ([0xFF, 0x61], "/2E="), ([0xFF, 0x61, 0x62], "/2Fi"), ([0xC3, 0x28, 0, 1], "wygAAQ=="),
  ])
  func `a message that is no UTF-8 is kept in Base64`(message: [UInt8], encoded: String) {
    #expect(line(message) == "{\"partner\":\"eleme\",\"raw_b64\":\"\(encoded)\"}\n")
  }

  private func line(_ message: [UInt8]) -> String {
    var bytes: [UInt8] = []
    JournalLine.append(partner: "eleme", message: message, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
