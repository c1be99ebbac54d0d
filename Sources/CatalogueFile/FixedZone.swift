/// A time zone whose days all have 24 hours.
///
/// Days of the programme decide caps, validities and totals. With summer time a day would have 23 or 25 hours, and the
/// rules of zones change by decree: so only zones that have kept one offset for longer than any programme are known.
struct FixedZone {
  let utcOffsetSeconds: Int

  private static let offsetHours: [String: Int] = [
    "Asia/Hong_Kong": 8, "Asia/Shanghai": 8, "Asia/Singapore": 8, "Asia/Taipei": 8, "Asia/Tokyo": 9, "Asia/Urumqi": 6,
    "UTC": 0,
  ]

  static let names = offsetHours.keys.sorted()

  /// Reads a name of the table, or an offset such as `UTC+08:00`; `nil` for any other zone.
  init?(_ text: String) {
    if let hours = Self.offsetHours[text] {
      self.utcOffsetSeconds = hours * 3600
    } else if let seconds = Self.offset(text) {
      self.utcOffsetSeconds = seconds
    } else {
      return nil
    }
  }

  private static func offset(_ text: String) -> Int? {
    let bytes = Array(text.utf8)
    guard bytes.count == 9, text.hasPrefix("UTC"), bytes[6] == UInt8(ascii: ":"),
      let sign = [UInt8(ascii: "+"): 1, UInt8(ascii: "-"): -1][bytes[3]],
      let hours = twoDigits(bytes[4...5]), let minutes = twoDigits(bytes[7...8]), hours <= 14, minutes < 60
    else { return nil }
    return sign * (hours * 3600 + minutes * 60)
  }

  private static func twoDigits(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard bytes.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
    return bytes.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }
}
