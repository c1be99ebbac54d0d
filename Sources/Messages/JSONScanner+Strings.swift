extension JSONScanner {
  /// Reads a string, the scanner standing on its opening quote, and checks every byte of it.
  mutating func string(in bytes: RawSpan) throws(JSONFault) -> JSONToken {
    offset += 1
    let start = offset
    var isEscaped = false
    while true {
      skipPlainBytes(in: bytes)
      guard offset < bytes.byteCount else { throw JSONFault(at: offset, "the text ends inside a string") }
      let byte = bytes[offset]
      if byte == UInt8(ascii: "\"") {
        offset += 1
        return JSONToken(.string, start..<offset - 1, isEscaped: isEscaped)
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
        try escape(in: bytes)
      } else if byte < 0x20 {
        throw JSONFault(at: offset, "a control character must be escaped in a string")
      } else if byte < 0x80 {
        offset += 1
      } else {
        try multibyteScalar(in: bytes)
      }
    }
  }

  /// Goes on to the next quote, backslash, control character or byte beyond ASCII, eight bytes a step; near the end of
  /// the text it may stop earlier.
  @inline(__always)
  private mutating func skipPlainBytes(in bytes: RawSpan) {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highs: UInt64 = 0x8080_8080_8080_8080
    while offset &+ 8 <= bytes.byteCount {
      let word = UInt64(littleEndian: bytes.word(at: offset))
      let quotes = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
      let backslashes = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
      // (x - n) & ~x has the high bit of each byte of x that is below n, and of none before the first of them: borrows
      // only run upwards.
      let stops =
        ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes) | ((word &- ones &* 0x20) & ~word) | word
      guard stops & highs == 0 else {
        offset &+= (stops & highs).trailingZeroBitCount / 8
        return
      }
      offset &+= 8
    }
  }

  private mutating func escape(in bytes: RawSpan) throws(JSONFault) {
    let start = offset
    guard offset + 1 < bytes.byteCount else { throw JSONFault(at: bytes.byteCount, "the text ends inside a string") }
    offset += 1
    switch bytes[offset] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      offset += 1
    case UInt8(ascii: "u"):
      offset += 1
      let unit = try fourHexadecimalDigits(in: bytes)
      if (0xDC00...0xDFFF).contains(unit) { throw JSONFault(at: start, "a low surrogate without its high one") }
      guard (0xD800...0xDBFF).contains(unit) else { return }
      guard offset + 1 < bytes.byteCount, bytes[offset] == UInt8(ascii: "\\"), bytes[offset + 1] == UInt8(ascii: "u")
      else { throw JSONFault(at: start, "a high surrogate without its low one") }
      offset += 2
      let low = try fourHexadecimalDigits(in: bytes)
      guard (0xDC00...0xDFFF).contains(low) else { throw JSONFault(at: start, "a high surrogate without its low one") }
    default:
      throw JSONFault(at: offset, "expected one of \" \\ / b f n r t u after a backslash")
    }
  }

  private mutating func fourHexadecimalDigits(in bytes: RawSpan) throws(JSONFault) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard offset < bytes.byteCount, let digit = Self.hexadecimalDigit(bytes[offset]) else {
        throw JSONFault(at: offset, "expected four hexadecimal digits after \\u")
      }
      value = value << 4 | UInt32(digit)
      offset += 1
    }
    return value
  }

  /// What a hexadecimal digit of either case is worth.
  static func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// Unicode 15, table 3-7 (well-formed UTF-8): the range of the second byte shuts out overlong forms, surrogates and
  /// what lies beyond U+10FFFF.
  private mutating func multibyteScalar(in bytes: RawSpan) throws(JSONFault) {
    let length: Int
    let second: ClosedRange<UInt8>
    switch bytes[offset] {
    case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: throw JSONFault(at: offset, "not UTF-8")
    }
    guard offset + length <= bytes.byteCount, second.contains(bytes[offset + 1]) else {
      throw JSONFault(at: offset, "not UTF-8")
    }
    for index in offset + 2..<offset + length where bytes[index] & 0xC0 != 0x80 {
      throw JSONFault(at: offset, "not UTF-8")
    }
    offset += length
  }
}
