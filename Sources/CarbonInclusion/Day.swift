/// A calendar day, counted from 1970-01-01 (day 0). Validities and caps are days of the programme's time zone.
package struct Day: Sendable, Hashable, Comparable {
  package let number: Int32

  package init(number: Int32) { self.number = number }

  /// The local day of an instant.
  package init(containing instant: Instant, utcOffsetSeconds: Int) {
    let local = instant.microseconds + Int64(utcOffsetSeconds) * 1_000_000
    let dayLength: Int64 = 86_400_000_000
    self.number = Int32(local >= 0 ? local / dayLength : (local - dayLength + 1) / dayLength)
  }

  /// A proleptic Gregorian date; `nil` where the month or day does not exist, or the year is not 1...9999.
  package init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
    guard day <= Day.length(ofMonth: month, year: year) else { return nil }
    // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = shiftedYear / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    self.number = Int32(era * 146_097 + dayOfEra - 719_468)
  }

  /// Reads `2022-09-18`.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].utf8.count == 4, parts[1].utf8.count == 2, parts[2].utf8.count == 2,
      parts.allSatisfy({ $0.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } }),
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  package static func < (left: Day, right: Day) -> Bool { left.number < right.number }

  /// The first instant of the day in a zone of a fixed offset.
  package func start(utcOffsetSeconds: Int) -> Instant {
    Instant(seconds: Int64(number) * 86_400 - Int64(utcOffsetSeconds))
  }

  package func adding(days: Int32) -> Day { Day(number: number + days) }

  /// The last day of the month that is so many months after this day's.
  package func lastOfMonth(later months: Int32) -> Day {
    let (year, month, day) = civil
    let following = year * 12 + month + Int(months)
    let first = Day(year: following / 12, month: following % 12 + 1, day: 1)
    return first?.adding(days: -1) ?? adding(days: Int32(31 - day))
  }

  /// The first day of this day's month, and of its year.
  package var firstOfMonth: Day { adding(days: Int32(1 - civil.day)) }
  package var firstOfYear: Day { Day(year: civil.year, month: 1, day: 1) ?? self }

  private static func length(ofMonth month: Int, year: Int) -> Int {
    switch month {
    case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

extension Day: CustomStringConvertible {
  /// `2022-09-18`.
  package var description: String {
    let (year, month, day) = civil
    return padded(year, to: 4) + "-" + padded(month, to: 2) + "-" + padded(day, to: 2)
  }

  private var civil: (year: Int, month: Int, day: Int) {
    // Howard Hinnant, civil_from_days.
    let shifted = Int(number) + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9)
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  private func padded(_ value: Int, to width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
