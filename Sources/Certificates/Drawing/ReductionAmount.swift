/// A reduction in the unit that suits it, to the milligram.
struct ReductionAmount {
  /// `10.49572`, in groups of three before the point.
  let digits: String
  let chinese: String
  let english: String
  /// The symbol of the unit.
  let symbol: String

  init(_ milligrams: Int64) {
    switch milligrams.magnitude {
    case 0..<1_000_000:
      (digits, chinese, english, symbol) = (Self.decimal(milligrams, places: 3), "克", "grams", "g")
    case 1_000_000..<1_000_000_000:
      (digits, chinese, english, symbol) = (Self.decimal(milligrams, places: 6), "千克", "kilograms", "kg")
    default:
      (digits, chinese, english, symbol) = (Self.decimal(milligrams, places: 9), "吨", "tonnes", "t")
    }
  }

  /// `1,250.5 g`, whatever the size.
  static func grams(_ milligrams: Int64) -> String { decimal(milligrams, places: 3) + " g" }

  static func count(_ value: Int64) -> String { decimal(value, places: 0) }

  private static func decimal(_ value: Int64, places: Int) -> String {
    var digits = String(value.magnitude)
    digits = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    var fraction = String(digits.suffix(places))
    while fraction.last == "0" { fraction.removeLast() }
    var whole = Array(digits.dropLast(places))
    var place = whole.count - 3
    while place > 0 {
      whole.insert(",", at: place)
      place -= 3
    }
    return (value < 0 ? "-" : "") + String(whole) + (fraction.isEmpty ? "" : "." + fraction)
  }
}
