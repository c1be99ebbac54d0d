/// RFC 4648 with padding, strict: one text for each sequence of bytes.
package enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  package static func text(_ bytes: [UInt8]) -> String {
    var digits = BitText.digits(bytes, bits: 6).map { alphabet[Int($0)] }
    while digits.count % 4 != 0 { digits.append(UInt8(ascii: "=")) }
    return String(decoding: digits, as: UTF8.self)
  }

  /// `nil` for what `text` does not write.
  package static func bytes(_ text: some StringProtocol) -> [UInt8]? {
    let digits = Array(text.utf8).reversed().drop { $0 == UInt8(ascii: "=") }.reversed()
    guard let bytes = BitText.bytes(digits.map { byte in alphabet.firstIndex(of: byte).map { UInt8($0) } }, bits: 6),
      self.text(bytes) == text
    else { return nil }
    return bytes
  }
}
