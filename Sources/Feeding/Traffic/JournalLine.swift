/// One pushed message as a line of a journal: `{"partner":…,"raw":…}`, with `raw_b64` where it is no valid UTF-8.
package enum JournalLine {
  /// Appends the line with its end.
  package static func append(partner: String, message: [UInt8], to bytes: inout [UInt8]) {
    bytes.append(contentsOf: "{\"partner\":".utf8)
    bytes.appendJSONString(partner.utf8)
    if String(validating: message, as: UTF8.self) != nil {
      bytes.append(contentsOf: ",\"raw\":".utf8)
      bytes.appendJSONString(message)
    } else {
      bytes.append(contentsOf: ",\"raw_b64\":\"".utf8)
      appendBase64(message, to: &bytes)
      bytes.append(UInt8(ascii: "\""))
    }
    bytes.append(contentsOf: "}\n".utf8)
  }

  private static let alphabet = [UInt8]("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// RFC 4648, with padding.
  private static func appendBase64(_ message: [UInt8], to bytes: inout [UInt8]) {
    for start in stride(from: 0, to: message.count, by: 3) {
      let group = message[start..<min(start + 3, message.count)]
      let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
      for place in 0..<4 {
        let letter = alphabet[Int(bits >> UInt32(18 - 6 * place) & 63)]
        bytes.append(place <= group.count ? letter : UInt8(ascii: "="))
      }
    }
  }
}
