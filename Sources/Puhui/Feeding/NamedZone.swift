import Feeding
import Glibc

/// Time zones by name, as the system knows them.
enum NamedZone {
  /// Reads an offset such as `+08:00`, or an IANA name such as `Europe/Oslo`.
  ///
  /// The zone becomes that of this process: a command uses one.
  static func rule(_ text: String) throws -> ZoneRule {
    if let fixed = ZoneRule(offset: text) { return fixed }
    guard isKnown(text) else {
      throw CommandFailure(
        .usage,
        "this system knows no time zone \"\(text)\"; give an IANA name such as Europe/Oslo (package tzdata), "
          + "or an offset such as +08:00")
    }
    setenv("TZ", ":" + text, 1)
    tzset()
    return .varying { seconds in
      var time = time_t(seconds)
      var parts = tm()
      guard localtime_r(&time, &parts) != nil else { return 0 }
      return parts.tm_gmtoff
    }
  }

  /// glibc takes an unknown name for UTC without a word.
  private static func isKnown(_ name: String) -> Bool {
    let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_+-"
    guard name.first?.isLetter == true, name.allSatisfy({ letters.contains($0) }) else { return false }
    let folder = getenv("TZDIR").map { String(cString: $0) } ?? "/usr/share/zoneinfo"
    var status = stat()
    return stat(folder + "/" + name, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }
}
