import Lanes
import Logging

/// Remembers whether a lane's servers answer, and how long to wait before the next try.
struct Outage {
  private let logger: Logger
  private let clock: any LaneClock
  private let board: OutageBoard
  private let ticket: Int
  private var isOn = false
  private var backOff = BackOff(baseMs: 50, capMs: 5_000)

  init(logger: Logger, clock: any LaneClock, board: OutageBoard) {
    self.logger = logger
    self.clock = clock
    self.board = board
    self.ticket = board.ticket()
  }

  /// - Returns: how long to wait before the next try, in milliseconds.
  mutating func failed(_ error: any Error, report: LaneReport) -> Int {
    if !isOn { report.lostServer() }
    isOn = true
    board.failed(ticket, error, nowMs: clock.nowMs, logger)
    var randomness = ClockRandomness(clock)
    return backOff.nextDelayMs(using: &randomness)
  }

  mutating func recovered() {
    backOff.reset()
    guard isOn else { return }
    isOn = false
    board.recovered(ticket, nowMs: clock.nowMs, logger)
  }
}
