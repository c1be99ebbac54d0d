import CarbonInclusion

/// Reads the times of messages: RFC 3339 with an offset, as `2022-11-29T08:23:00+08:00`.
///
/// `T` and `Z` may be small and `T` may be a space, as the RFC allows; a fraction has 1 to 9 digits and is floored to
/// microseconds. A leap second (`:60`) is read as the second after it, and only at 23:59:60 UTC, where one can be. A
/// time that in UTC leaves the years 1 to 9999 is refused: nobody could write it down again.
struct TimestampReader {
  /// What is wrong with a text, in words for the partner.
  enum Fault: String, Error {
    case form = "is not RFC 3339 with an offset, such as 2022-11-29T08:23:00+08:00"
    case noOffset = "has no offset from UTC, such as Z or +08:00"
    case noSuchDate = "names a date that does not exist"
    case noSuchTime = "names a time of day that does not exist"
    case noSuchOffset = "has an offset that does not exist"
    case outsideYears = "is in UTC before the year 1 or after the year 9999"
    case fractionTooLong = "has more than 9 digits in its fraction of a second"
  }

  private var offset = 0

  /// Reads the whole text as one time.
  static func read(_ text: RawSpan) throws(Fault) -> Instant {
    var reader = TimestampReader()
    return try reader.instant(in: text)
  }

  private mutating func instant(in text: RawSpan) throws(Fault) -> Instant {
    let year = try digits(4, in: text)
    try expect("-", in: text)
    let month = try digits(2, in: text)
    try expect("-", in: text)
    let dayOfMonth = try digits(2, in: text)
    guard let between = next(in: text), [0x54, 0x74, 0x20].contains(between) else { throw .form }
    let hour = try digits(2, in: text)
    try expect(":", in: text)
    let minute = try digits(2, in: text)
    try expect(":", in: text)
    let second = try digits(2, in: text)
    let fraction = try microsecondsOfFraction(in: text)
    let utcOffset = try offsetSeconds(in: text)
    guard offset == text.byteCount else { throw .form }

    guard let day = Day(year: year, month: month, day: dayOfMonth) else { throw .noSuchDate }
    guard hour < 24, minute < 60, second <= 60 else { throw .noSuchTime }
    let seconds = Int64(day.number) * 86_400 + Int64(hour * 3600 + minute * 60 + second - utcOffset)
    // A second of 60 has already carried into the next minute: it is a leap second if that minute is UTC midnight.
    guard second < 60 || seconds % 86_400 == 0 else { throw .noSuchTime }
    guard (Instant.earliest...Instant.latest).contains(Instant(seconds: seconds)) else { throw .outsideYears }
    return Instant(microseconds: seconds * 1_000_000 + fraction)
  }

  private mutating func microsecondsOfFraction(in text: RawSpan) throws(Fault) -> Int64 {
    guard offset < text.byteCount, text[offset] == UInt8(ascii: ".") else { return 0 }
    offset += 1
    var value: Int64 = 0
    var count = 0
    while offset < text.byteCount, text[offset] &- UInt8(ascii: "0") < 10 {
      count += 1
      if count <= 6 { value = value * 10 + Int64(text[offset] - UInt8(ascii: "0")) }
      offset += 1
    }
    guard count > 0 else { throw .form }
    guard count <= 9 else { throw .fractionTooLong }
    for _ in min(count, 6)..<6 { value *= 10 }
    return value
  }

  private mutating func offsetSeconds(in text: RawSpan) throws(Fault) -> Int {
    guard let sign = next(in: text) else { throw .noOffset }
    if sign | 0x20 == UInt8(ascii: "z") { return 0 }
    guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { throw .form }
    let hours = try digits(2, in: text)
    try expect(":", in: text)
    let minutes = try digits(2, in: text)
    guard hours < 24, minutes < 60 else { throw .noSuchOffset }
    let seconds = hours * 3600 + minutes * 60
    return sign == UInt8(ascii: "-") ? -seconds : seconds
  }

  @inline(__always)
  private mutating func digits(_ count: Int, in text: RawSpan) throws(Fault) -> Int {
    var value = 0
    for _ in 0..<count {
      guard let byte = next(in: text), byte &- UInt8(ascii: "0") < 10 else { throw .form }
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
    }
    return value
  }

  @inline(__always)
  private mutating func expect(_ character: Unicode.Scalar, in text: RawSpan) throws(Fault) {
    guard next(in: text) == UInt8(ascii: character) else { throw .form }
  }

  @inline(__always)
  private mutating func next(in text: RawSpan) -> UInt8? {
    guard offset < text.byteCount else { return nil }
    defer { offset += 1 }
    return text[offset]
  }
}
