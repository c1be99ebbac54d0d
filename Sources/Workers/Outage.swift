import Lanes
import Logging

/// Remembers whether a lane's servers answer, and logs each change of that once.
struct Outage {
  private let logger: Logger
  private let clock: any LaneClock
  private var since: Int64?
  private var backOff = BackOff(baseMs: 50, capMs: 5_000)

  init(logger: Logger, clock: any LaneClock) {
    self.logger = logger
    self.clock = clock
  }

  /// - Returns: how long to wait before the next try, in milliseconds.
  mutating func failed(_ error: any Error, report: LaneReport) -> Int {
    if since == nil {
      since = clock.nowMs
      report.lostServer()
      logger.warning("A server does not answer; trying again.", metadata: ["error": "\(error)"])
    }
    var randomness = ClockRandomness(clock)
    return backOff.nextDelayMs(using: &randomness)
  }

  mutating func recovered() {
    backOff.reset()
    guard let begin = since else { return }
    since = nil
    logger.notice("The servers answer again.", metadata: ["outage.ms": "\(clock.nowMs - begin)"])
  }
}
