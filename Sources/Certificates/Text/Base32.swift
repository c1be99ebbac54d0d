/// RFC 4648 without padding, strict: letters and digits that a QR code packs into 5.5 bits each.
package enum Base32 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

  package static func text(_ bytes: [UInt8]) -> String {
    String(decoding: BitText.digits(bytes, bits: 5).map { alphabet[Int($0)] }, as: UTF8.self)
  }

  /// `nil` for what `text` does not write.
  package static func bytes(_ text: some StringProtocol) -> [UInt8]? {
    guard
      let bytes = BitText.bytes(text.utf8.map { byte in alphabet.firstIndex(of: byte).map { UInt8($0) } }, bits: 5),
      self.text(bytes) == text
    else { return nil }
    return bytes
  }
}
