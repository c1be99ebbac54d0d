/// Amounts as people read them. Programs get the integers.
enum Amounts {
  /// Milligrams as grams with as many places as there are: `1,250 g`, `45.72 g`, `0.0164 g`.
  static func grams(_ milligrams: Int64) -> String {
    let magnitude = milligrams.magnitude
    var fraction = String(magnitude % 1000)
    fraction = String(repeating: "0", count: 3 - fraction.count) + fraction
    while fraction.last == "0" { fraction.removeLast() }
    let sign = milligrams < 0 ? "-" : ""
    return sign + grouped(magnitude / 1000) + (fraction.isEmpty ? "" : "." + fraction) + " g"
  }

  /// Milligrams as tonnes with three places, floored: what is said of a programme is never more than is there.
  static func tonnes(_ milligrams: Int64) -> String {
    let kilograms = milligrams / 1_000_000
    let fraction = String(kilograms.magnitude % 1000)
    return (kilograms < 0 ? "-" : "") + grouped(kilograms.magnitude / 1000) + "."
      + String(repeating: "0", count: 3 - fraction.count) + fraction + " t"
  }

  /// Bytes with the unit that leaves one to four digits: `512 B`, `1,310 MB`.
  static func bytes(_ count: Int64) -> String {
    var (value, unit) = (count, 0)
    let units = ["B", "kB", "MB", "GB", "TB"]
    while value >= 10_000, unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
    return "\(grouped(value.magnitude)) \(units[unit])"
  }

  static func count(_ value: Int64) -> String { (value < 0 ? "-" : "") + grouped(value.magnitude) }

  private static func grouped(_ value: UInt64) -> String {
    var digits = Array(String(value))
    var place = digits.count - 3
    while place > 0 {
      digits.insert(",", at: place)
      place -= 3
    }
    return String(digits)
  }
}
