import Lanes
import Logging
import Synchronization
import Workers

/// Alive means progress: ends the process when one of its lanes has stopped turning, or when its work has not gone on
/// for long although there was some. Whoever runs the process starts a new one; nothing is lost by that.
///
/// It counts its own ticks, not time: a process that was stopped as a whole has not stalled.
final class Watchdog: Sendable {
  /// A lane that does nothing at all for so many ticks of a second computes without end. Its lease ran out long before.
  private static let stalledTicks = 30
  /// A lane that tries and never finishes anything for so many ticks, while its servers answer, is of no use.
  private static let fruitlessTicks = 300

  private let logger: Logger
  private let pulses = Mutex<[LanePulse]>([])

  init(logger: Logger) { self.logger = logger }

  /// The pulse of a new lane, watched from now on.
  func pulse(of lane: String) -> LanePulse {
    let pulse = LanePulse(lane: lane)
    pulses.withLock { $0.append(pulse) }
    return pulse
  }

  /// Watches until the process ends, on a thread of its own.
  func start() throws {
    let lane = Lane(name: "watchdog", stop: StopSignal()) { [self] context in
      var watched: [String: Watched] = [:]
      while !context.sleep(milliseconds: 1_000) {
        for pulse in pulses.withLock({ $0 }) { tick(pulse, &watched[pulse.lane, default: Watched()]) }
      }
    }
    try lane.start()
  }

  private struct Watched {
    var turns = -1
    var good = -1
    var idleTicks = 0
    var fruitlessTicks = 0
  }

  private func tick(_ pulse: LanePulse, _ watched: inout Watched) {
    watched.idleTicks = pulse.turns == watched.turns ? watched.idleTicks + 1 : 0
    watched.fruitlessTicks = pulse.good == watched.good ? watched.fruitlessTicks + 1 : 0
    (watched.turns, watched.good) = (pulse.turns, pulse.good)
    if watched.idleTicks >= Self.stalledTicks { end(pulse, "it has not turned for \(Self.stalledTicks) s") }
    if watched.fruitlessTicks >= Self.fruitlessTicks {
      end(pulse, "it has tried for \(Self.fruitlessTicks) s and finished nothing")
    }
  }

  private func end(_ pulse: LanePulse, _ reason: String) {
    logger.critical(
      "A lane has stalled; the process ends.", metadata: ["lane": "\(pulse.lane)", "reason": "\(reason)"])
    Console.exit(CommandFailure.Code.failure.rawValue)
  }
}
