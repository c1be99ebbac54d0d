import Lanes
import Logging

/// Remembers whether a lane's servers answer, and logs each change of that once.
struct Outage {
  private let logger: Logger
  private var since: Int64?
  private var backOff = BackOff(baseMs: 50, capMs: 5_000)

  init(logger: Logger) { self.logger = logger }

  /// - Returns: how long to wait before the next try, in milliseconds.
  mutating func failed(_ error: any Error, report: LaneReport) -> Int {
    if since == nil {
      since = monotonicMilliseconds()
      report.lostServer()
      logger.warning("A server does not answer; trying again.", metadata: ["error": "\(error)"])
    }
    return backOff.nextDelayMs()
  }

  mutating func recovered() {
    backOff.reset()
    guard let begin = since else { return }
    since = nil
    logger.notice("The servers answer again.", metadata: ["outage.ms": "\(monotonicMilliseconds() - begin)"])
  }
}
