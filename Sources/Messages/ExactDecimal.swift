/// Reads a decimal of any notation as a whole number of units of 10^-places: exactly, or not at all.
///
/// A decimal counts by its value: `5.0000000`, `0.5e1` and `005` are 5 and have one digit before the point and none
/// after it. No digit is ever rounded away.
enum ExactDecimal {
  /// How many digits a field takes; 19 together at most.
  struct Bounds {
    let beforePoint: Int
    let afterPoint: Int
  }

  enum Misfit: Error {
    /// Not plain decimal digits with at most one point between them (strings only).
    case notDecimal
    /// Below 0, of whatever size.
    case negative
    case tooManyDigitsBeforePoint
    case tooManyDigitsAfterPoint
  }

  /// Reads a number that `JSONScanner` has accepted. `-0` is 0.
  static func read(number: RawSpan, _ bounds: Bounds) throws(Misfit) -> UInt64 {
    let start = number[0] == UInt8(ascii: "-") ? 1 : 0
    var end = start
    while end < number.byteCount, number[end] | 0x20 != UInt8(ascii: "e") { end += 1 }
    let digits = number.extracting(start..<end)
    guard start == 0 || isZero(digits) else { throw .negative }
    return try scaled(digits, exponent: exponent(in: number, from: end + 1), bounds)
  }

  /// Reads the text of a string. A minus before digits is told apart from other faults, but never accepted.
  static func read(text: RawSpan, _ bounds: Bounds) throws(Misfit) -> UInt64 {
    guard text.byteCount > 0, text[0] == UInt8(ascii: "-") else {
      guard isPlainDecimal(text) else { throw .notDecimal }
      return try scaled(text, exponent: 0, bounds)
    }
    throw isPlainDecimal(text.extracting(1..<text.byteCount)) ? .negative : .notDecimal
  }

  private static func isPlainDecimal(_ text: RawSpan) -> Bool {
    var digitsOnThisSide = 0
    var hasPoint = false
    for offset in 0..<text.byteCount {
      if text[offset] == UInt8(ascii: "."), !hasPoint, digitsOnThisSide > 0 {
        hasPoint = true
        digitsOnThisSide = 0
      } else if text[offset] &- UInt8(ascii: "0") < 10 {
        digitsOnThisSide += 1
      } else {
        return false
      }
    }
    return digitsOnThisSide > 0
  }

  private static func isZero(_ digits: RawSpan) -> Bool {
    for offset in 0..<digits.byteCount where (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(digits[offset]) {
      return false
    }
    return true
  }

  /// Saturates far beyond what the digits of a whole message could make up for.
  private static func exponent(in number: RawSpan, from start: Int) -> Int {
    guard start < number.byteCount else { return 0 }
    var value = 0
    for offset in start..<number.byteCount where number[offset] &- UInt8(ascii: "0") < 10 {
      value = min(value * 10 + Int(number[offset] - UInt8(ascii: "0")), 1_000_000)
    }
    return number[start] == UInt8(ascii: "-") ? -value : value
  }

  /// Each digit has a power of ten of its own; zeros fit anywhere, other digits only within the bounds.
  private static func scaled(_ digits: RawSpan, exponent: Int, _ bounds: Bounds) throws(Misfit) -> UInt64 {
    var point = 0
    while point < digits.byteCount, digits[point] != UInt8(ascii: ".") { point += 1 }
    var power = exponent + point
    var value: UInt64 = 0
    var lastPower = -bounds.afterPoint
    for offset in 0..<digits.byteCount where offset != point {
      power -= 1
      let digit = digits[offset] - UInt8(ascii: "0")
      guard digit != 0 else { continue }
      guard power < bounds.beforePoint else { throw .tooManyDigitsBeforePoint }
      guard power >= -bounds.afterPoint else { throw .tooManyDigitsAfterPoint }
      if value != 0 { value *= tenTo(lastPower - power) }
      value += UInt64(digit)
      lastPower = power
    }
    return value * tenTo(lastPower + bounds.afterPoint)
  }

  private static func tenTo(_ power: Int) -> UInt64 {
    var result: UInt64 = 1
    for _ in 0..<power { result *= 10 }
    return result
  }
}
