extension [UInt8] {
  /// Appends RFC 3339 for a Unix time: `2022-11-29T08:23:00+08:00`.
  mutating func appendTimestamp(_ unixSeconds: Int64, utcOffsetSeconds: Int64) {
    let local = unixSeconds + utcOffsetSeconds
    let day = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
    appendDate(day)
    append(UInt8(ascii: "T"))
    appendClock(UInt64(local - day * 86_400), withSeconds: true)
    guard utcOffsetSeconds != 0 else {
      append(UInt8(ascii: "Z"))
      return
    }
    append(UInt8(ascii: utcOffsetSeconds < 0 ? "-" : "+"))
    appendClock(utcOffsetSeconds.magnitude, withSeconds: false)
  }

  private mutating func appendDate(_ day: Int64) {
    // Howard Hinnant, civil_from_days; `Day` does the same, by way of a `String`.
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9)
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    appendDecimal(UInt64(year), width: 4)
    append(UInt8(ascii: "-"))
    appendTwoDigits(UInt64(month))
    append(UInt8(ascii: "-"))
    appendTwoDigits(UInt64(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1))
  }

  private mutating func appendClock(_ seconds: UInt64, withSeconds: Bool) {
    appendTwoDigits(seconds / 3600)
    append(UInt8(ascii: ":"))
    appendTwoDigits(seconds / 60 % 60)
    guard withSeconds else { return }
    append(UInt8(ascii: ":"))
    appendTwoDigits(seconds % 60)
  }

  private mutating func appendTwoDigits(_ value: UInt64) {
    append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 10))
    append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10))
  }
}
