/// An exact decimal with six places: what a message reports, a factor's grams, a cap's limit.
///
/// The contract allows 12 digits before the point and 6 after it, so every quantity fits into an `Int64` of millionths.
package struct Quantity: Sendable, Hashable, Comparable {
  /// The value times 1,000,000.
  package let millionths: Int64

  package init(millionths: Int64) { self.millionths = millionths }

  /// A whole number of units.
  package init(_ whole: Int64) { self.millionths = whole * 1_000_000 }

  package static let zero = Quantity(millionths: 0)
  package static let one = Quantity(1)

  /// The most that the contract allows: 12 digits before the point and 6 after it.
  package static let largest = Quantity(millionths: 999_999_999_999_999_999)

  package static func < (left: Quantity, right: Quantity) -> Bool { left.millionths < right.millionths }

  /// Reads plain decimal digits such as `5`, `5.0` or `45.72`; `nil` for anything else: a sign, an exponent, white
  /// space, an empty side of the point, over 12 digits before or 6 after it.
  package init?(decimal text: some StringProtocol) {
    var whole: Int64 = 0
    var fraction: Int64 = 0
    var wholeDigits = 0
    var fractionDigits = 0
    var afterPoint = false
    for byte in text.utf8 {
      if byte == UInt8(ascii: "."), !afterPoint {
        afterPoint = true
        continue
      }
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      let digit = Int64(byte - UInt8(ascii: "0"))
      if afterPoint {
        fractionDigits += 1
        guard fractionDigits <= 6 else { return nil }
        fraction = fraction * 10 + digit
      } else {
        wholeDigits += 1
        guard wholeDigits <= 12 else { return nil }
        whole = whole * 10 + digit
      }
    }
    guard wholeDigits > 0, !afterPoint || fractionDigits > 0 else { return nil }
    for _ in fractionDigits..<6 { fraction *= 10 }
    self.millionths = whole * 1_000_000 + fraction
  }
}

extension Quantity: CustomStringConvertible {
  /// The shortest plain decimal: `5`, `45.72`, `0.000001`.
  package var description: String {
    let magnitude = millionths.magnitude
    let sign = millionths < 0 ? "-" : ""
    let whole = String(magnitude / 1_000_000)
    guard magnitude % 1_000_000 != 0 else { return sign + whole }
    var digits = String(magnitude % 1_000_000)
    digits = String(repeating: "0", count: 6 - digits.count) + digits
    while digits.last == "0" { digits.removeLast() }
    return sign + whole + "." + digits
  }
}
