import Glibc

/// The moment at which a wait is given up.
struct Deadline {
  private let end: Int64

  init(inMilliseconds milliseconds: Int) {
    let (sum, overflow) = Self.now().addingReportingOverflow(Int64(milliseconds))
    end = overflow ? .max : sum
  }

  /// This moment, or the one that is so far off if that comes first.
  func orEarlier(inMilliseconds milliseconds: Int) -> Deadline {
    let other = Deadline(inMilliseconds: milliseconds)
    return other.end < end ? other : self
  }

  /// What is left, for `poll`: never negative.
  var milliseconds: Int32 { Int32(clamping: max(0, end - Self.now())) }

  private static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
