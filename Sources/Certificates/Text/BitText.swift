/// Bytes as digits of so many bits, first bit first.
enum BitText {
  /// The last digit is filled up with zeros.
  static func digits(_ bytes: [UInt8], bits: Int) -> [UInt8] {
    var (digits, held, count) = ([UInt8](), 0, 0)
    for byte in bytes {
      (held, count) = (held << 8 | Int(byte), count + 8)
      while count >= bits {
        count -= bits
        digits.append(UInt8(held >> count & (1 << bits - 1)))
      }
      held &= 1 << count - 1
    }
    if count > 0 { digits.append(UInt8(held << (bits - count) & (1 << bits - 1))) }
    return digits
  }

  /// Whole bytes; what is left over at the end is dropped. `nil` where a digit is none.
  static func bytes(_ digits: [UInt8?], bits: Int) -> [UInt8]? {
    var (bytes, held, count) = ([UInt8](), 0, 0)
    for digit in digits {
      guard let digit else { return nil }
      (held, count) = (held << bits | Int(digit), count + bits)
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(held >> count & 0xFF))
      }
      held &= 1 << count - 1
    }
    return bytes
  }

  /// Two lower-case hexadecimal digits a byte.
  static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
