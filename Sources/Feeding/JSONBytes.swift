/// JSON written as bytes, without a `String` on the way.
extension [UInt8] {
  /// Appends a JSON string. Bytes above 127 are passed on as they are, valid UTF-8 or not.
  mutating func appendJSONString(_ bytes: some Sequence<UInt8>) {
    append(UInt8(ascii: "\""))
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        append(UInt8(ascii: "\\"))
        append(byte)
      case 0..<0x20: appendEscape(byte)
      default: append(byte)
      }
    }
    append(UInt8(ascii: "\""))
  }

  /// Appends a number in decimal, with zeros in front up to the width.
  mutating func appendDecimal(_ value: UInt64, width: Int = 1) {
    let start = count
    var rest = value
    repeat {
      append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest > 0
    while count - start < width { append(UInt8(ascii: "0")) }
    reverseTail(from: start)
  }

  /// Appends thousandths as the shortest decimal: `5`, `0.25`.
  mutating func appendThousandths(_ value: UInt64) {
    appendDecimal(value / 1000)
    guard value % 1000 != 0 else { return }
    append(UInt8(ascii: "."))
    appendDecimal(value % 1000, width: 3)
    while last == UInt8(ascii: "0") { removeLast() }
  }

  private mutating func appendEscape(_ byte: UInt8) {
    append(contentsOf: "\\u00".utf8)
    for digit in [byte >> 4, byte & 15] {
      append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
  }

  private mutating func reverseTail(from start: Int) {
    var low = start
    var high = count - 1
    while low < high {
      swapAt(low, high)
      low += 1
      high -= 1
    }
  }
}
