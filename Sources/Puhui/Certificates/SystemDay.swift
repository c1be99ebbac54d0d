import CarbonInclusion
import Glibc

/// The day by this machine's clock, where no database is asked.
enum SystemDay {
  static var today: Day { Day(containing: Instant(seconds: Int64(time(nil))), utcOffsetSeconds: 0) }
}
