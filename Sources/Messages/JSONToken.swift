/// One JSON value as it stands in the text: its kind and where it is. Nothing is copied or converted.
package struct JSONToken: Sendable, Equatable {
  /// The kinds of values of RFC 8259, and that there is none.
  package enum Kind: UInt8, Sendable {
    case absent
    case null
    case boolean
    case number
    case string
    case array
    case object
  }

  package let kind: Kind
  /// A string that holds escapes: its text is not what its bytes say.
  package let isEscaped: Bool
  private let first: Int32
  private let end: Int32

  /// Where the value's bytes are, without the quotes for a string. They are its text unless it is escaped.
  package var range: Range<Int> { Int(first)..<Int(end) }

  package static let absent = JSONToken(.absent, 0..<0)

  init(_ kind: Kind, _ range: Range<Int>, isEscaped: Bool = false) {
    self.kind = kind
    self.isEscaped = isEscaped
    self.first = Int32(truncatingIfNeeded: range.lowerBound)
    self.end = Int32(truncatingIfNeeded: range.upperBound)
  }

  /// The UTF-8 that a scanned string means.
  package func unescaped(in bytes: RawSpan) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(range.count)
    var offset = range.lowerBound
    while offset < range.upperBound {
      let byte = bytes[offset]
      offset += 1
      guard byte == UInt8(ascii: "\\") else {
        text.append(byte)
        continue
      }
      let letter = bytes[offset]
      offset += 1
      guard letter == UInt8(ascii: "u") else {
        text.append(Self.meaning(ofEscape: letter))
        continue
      }
      var scalar = Self.hexadecimal(in: bytes, at: offset)
      offset += 4
      if (0xD800...0xDBFF).contains(scalar) {
        // The scanner has seen the low half behind it.
        scalar = 0x10000 + (scalar - 0xD800) << 10 + (Self.hexadecimal(in: bytes, at: offset + 2) - 0xDC00)
        offset += 6
      }
      if let scalar = Unicode.Scalar(scalar) { text.append(contentsOf: UTF8.encode(scalar) ?? .init()) }
    }
    return text
  }

  private static func meaning(ofEscape letter: UInt8) -> UInt8 {
    switch letter {
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: letter
    }
  }

  private static func hexadecimal(in bytes: RawSpan, at offset: Int) -> UInt32 {
    var value: UInt32 = 0
    for index in offset..<offset + 4 { value = value << 4 | UInt32(JSONScanner.hexadecimalDigit(bytes[index]) ?? 0) }
    return value
  }
}
