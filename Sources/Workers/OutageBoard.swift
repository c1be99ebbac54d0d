import Logging
import Synchronization

/// Which lanes of a process miss a server. The change from none to some, and back, is logged once for all of them: a
/// server that goes away is one event, however many lanes there are.
final class OutageBoard: Sendable {
  private struct State {
    var away: Set<Int> = []
    var since: Int64 = 0
    var nextTicket = 0
  }

  private let state = Mutex(State())

  init() {}

  /// A lane's place on the board.
  func ticket() -> Int {
    state.withLock { state in
      state.nextTicket += 1
      return state.nextTicket
    }
  }

  func failed(_ ticket: Int, _ error: any Error, nowMs: Int64, _ logger: Logger) {
    let isFirst = state.withLock { state in
      if state.away.isEmpty { state.since = nowMs }
      return state.away.insert(ticket).inserted && state.away.count == 1
    }
    logger.log(
      level: isFirst ? .warning : .debug, "A server does not answer; trying again.", metadata: ["error": "\(error)"])
  }

  func recovered(_ ticket: Int, nowMs: Int64, _ logger: Logger) {
    let since = state.withLock { state in
      state.away.remove(ticket) != nil && state.away.isEmpty ? state.since : nil
    }
    guard let since else { return }
    logger.notice("The servers answer again.", metadata: ["outage.ms": "\(nowMs - since)"])
  }
}
