import Glibc

/// A server's clock beside this host's.
struct ClockReading {
  /// How far the server's is ahead, in milliseconds.
  var aheadMs: Int64
  /// By how much that may be wrong: half of the round trip.
  var errorMs: Int64

  /// - Parameter ask: brings the server's time, in microseconds since 1970.
  static func take<Failure: Error>(_ ask: () throws(Failure) -> Int64) throws(Failure) -> ClockReading {
    let before = hostMicroseconds()
    let server = try ask()
    let after = hostMicroseconds()
    return ClockReading(
      aheadMs: (server - (before + after) / 2) / 1000, errorMs: max(1, (after - before) / 2000))
  }

  private static func hostMicroseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }

  /// - Parameter tolerance: beyond so many seconds messages are judged wrongly.
  func finding(of server: String, tolerance: Int64) -> Finding {
    let distance = max(0, abs(aheadMs) - errorMs)
    let found = "\(server)'s clock is \(abs(aheadMs)) ms \(aheadMs < 0 ? "behind" : "ahead of") this host's"
    let advice = "let NTP (chrony, systemd-timesyncd) set the clocks of all hosts"
    if distance > tolerance * 1000 {
      return .problem("\(found): activities can be refused as in_future, and reports show other days", advice)
    }
    return distance > 2_000 ? .warning(found, advice) : .ok(found + " (±\(errorMs) ms)")
  }
}
