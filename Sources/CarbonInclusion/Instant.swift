/// A point in time: microseconds since 1970-01-01T00:00:00Z, as PostgreSQL's `timestamptz` keeps it.
package struct Instant: Sendable, Hashable, Comparable {
  package let microseconds: Int64

  package init(microseconds: Int64) { self.microseconds = microseconds }

  package init(seconds: Int64) { self.microseconds = seconds * 1_000_000 }

  /// The first instant of the year 1 and the last of the year 9999: what a message can name.
  package static let earliest = Instant(seconds: -62_135_596_800)
  package static let latest = Instant(seconds: 253_402_300_799)

  package static func < (left: Instant, right: Instant) -> Bool { left.microseconds < right.microseconds }

  package func adding(seconds: Int64) -> Instant { Instant(microseconds: microseconds + seconds * 1_000_000) }
}

extension Instant {
  /// RFC 3339 with the given offset, `2022-11-29T08:23:00+08:00`; a fraction only where there is one.
  package func formatted(utcOffsetSeconds: Int) -> String {
    let day = Day(containing: self, utcOffsetSeconds: utcOffsetSeconds)
    let inDay = microseconds + Int64(utcOffsetSeconds) * 1_000_000 - Int64(day.number) * 86_400_000_000
    let second = inDay / 1_000_000
    let fraction = inDay % 1_000_000
    let clock = [second / 3600, second / 60 % 60, second % 60].map { twoDigits($0) }.joined(separator: ":")
    var text = "\(day)T\(clock)"
    if fraction != 0 {
      let digits = String(fraction)
      text += "." + String(repeating: "0", count: 6 - digits.count) + digits
    }
    guard utcOffsetSeconds != 0 else { return text + "Z" }
    let minutes = Int64(utcOffsetSeconds.magnitude) / 60
    return text + (utcOffsetSeconds < 0 ? "-" : "+") + twoDigits(minutes / 60) + ":" + twoDigits(minutes % 60)
  }
}

private func twoDigits(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
