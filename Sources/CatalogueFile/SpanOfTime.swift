/// A length of time as people write it: `31 days`, `5 minutes`, `60 seconds`.
struct SpanOfTime {
  let seconds: Int64

  /// Ten years: far more than any rule needs, and far from where an instant would overflow.
  static let longestSeconds: Int64 = 3660 * 86_400

  private static let unitSeconds: [String: Int64] = [
    "second": 1, "seconds": 1, "minute": 60, "minutes": 60, "hour": 3600, "hours": 3600, "day": 86_400, "days": 86_400,
  ]

  /// `nil` unless the text is a whole number, one space and a unit, and at most ten years.
  init?(_ text: String) {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 2, (1...9).contains(parts[0].utf8.count),
      parts[0].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let number = Int64(parts[0]), let unit = Self.unitSeconds[String(parts[1])],
      number * unit <= Self.longestSeconds
    else { return nil }
    self.seconds = number * unit
  }
}
