import CarbonInclusion

/// A date and time as files have it: `2022-11-29 08:00`, `2022-11-29T08:00:30.5Z`, with an offset or without.
struct WrittenTime {
  /// The Unix time that the digits would be in UTC.
  let local: Int64
  /// The point and the digits behind it.
  let fraction: ArraySlice<UInt8>
  /// The offset that it names, in seconds.
  let offset: Int?

  /// `nil` for anything that is no date with hour and minute.
  init?(_ text: ArraySlice<UInt8>) {
    var rest = text
    guard let year = Self.number(&rest, digits: 4), Self.skip(&rest, "-"), let month = Self.number(&rest, digits: 2),
      Self.skip(&rest, "-"), let dayOfMonth = Self.number(&rest, digits: 2),
      let day = Day(year: year, month: month, day: dayOfMonth),
      Self.skip(&rest, "T") || Self.skip(&rest, "t") || Self.skip(&rest, " "),
      let hour = Self.number(&rest, digits: 2), Self.skip(&rest, ":"), let minute = Self.number(&rest, digits: 2)
    else { return nil }
    var second = 0
    if Self.skip(&rest, ":") {
      guard let seconds = Self.number(&rest, digits: 2) else { return nil }
      second = seconds
    }
    // A leap second is left to who reads the message: there is no Unix time for it.
    guard hour < 24, minute < 60, second < 60 else { return nil }
    let digits = rest.dropFirst().prefix { $0 &- UInt8(ascii: "0") < 10 }
    fraction = rest.first == UInt8(ascii: ".") && !digits.isEmpty ? rest[..<digits.endIndex] : rest.prefix(0)
    rest = rest.dropFirst(fraction.count)
    _ = Self.skip(&rest, " ")
    offset = Self.offset(rest)
    guard rest.isEmpty || offset != nil else { return nil }
    local = Int64(day.number) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
  }

  /// RFC 3339 in a zone; in UTC where the offset is not of whole minutes, as those of long ago are. `nil` outside the
  /// years 1 to 9999.
  func formatted(utcOffsetSeconds: Int) -> [UInt8]? {
    let isWritable = utcOffsetSeconds % 60 == 0
    let shown = isWritable ? local : local - Int64(utcOffsetSeconds)
    let instant = Instant(seconds: shown)
    guard instant >= .earliest, instant <= .latest else { return nil }
    var text = Array(instant.formatted(utcOffsetSeconds: 0).utf8.dropLast())
    text += fraction
    text += Self.offsetText(isWritable ? utcOffsetSeconds : 0).utf8
    return text
  }

  /// Reads `Z`, `+08:00`, `+0800` or `+08` as seconds.
  static func offset(_ text: ArraySlice<UInt8>) -> Int? {
    var rest = text
    if rest.count == 1, skip(&rest, "Z") || skip(&rest, "z") { return 0 }
    let isWest = rest.first == UInt8(ascii: "-")
    guard skip(&rest, isWest ? "-" : "+"), let hours = number(&rest, digits: 2), hours < 24 else { return nil }
    var minutes = 0
    if !rest.isEmpty {
      _ = skip(&rest, ":")
      guard let number = number(&rest, digits: 2), number < 60, rest.isEmpty else { return nil }
      minutes = number
    }
    return (isWest ? -1 : 1) * (hours * 3600 + minutes * 60)
  }

  private static func offsetText(_ seconds: Int) -> String {
    guard seconds != 0 else { return "Z" }
    let minutes = seconds.magnitude / 60
    let parts = [minutes / 60, minutes % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
    return (seconds < 0 ? "-" : "+") + parts.joined(separator: ":")
  }

  private static func number(_ text: inout ArraySlice<UInt8>, digits: Int) -> Int? {
    guard text.count >= digits else { return nil }
    var value = 0
    for byte in text.prefix(digits) {
      guard byte &- UInt8(ascii: "0") < 10 else { return nil }
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
    }
    text = text.dropFirst(digits)
    return value
  }

  private static func skip(_ text: inout ArraySlice<UInt8>, _ character: Unicode.Scalar) -> Bool {
    guard text.first == UInt8(ascii: character) else { return false }
    text = text.dropFirst()
    return true
  }
}
