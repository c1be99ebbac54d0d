import Lanes
import Ledger
import Logging
import PostgresClient
import Queues
import RedisClient
import Synchronization
import Workers

/// Lets no lane work on a server that can lose what it has acknowledged, unless the operator accepts that.
///
/// Every new connection passes it, and housekeeping asks again now and then; a server that turns out to be unsafe ends
/// the process, because its lists and books are not what this program promises.
final class SafetyGate: Sendable {
  private enum Server: Int {
    case redis, postgres
  }

  private struct State {
    /// When each server was asked last: lanes that connect together ask once.
    var askedAt: [Int: Int64] = [:]
    /// What was said about it last; each change is logged once.
    var said: [Int: [Diagnosis]] = [:]
    var refusal: String?
  }

  private let acceptsDataLoss: Bool
  private let stop: StopSignal
  private let logger: Logger
  private let state = Mutex(State())

  init(acceptsDataLoss: Bool, stop: StopSignal, logger: Logger) {
    self.acceptsDataLoss = acceptsDataLoss
    self.stop = stop
    self.logger = logger
  }

  /// Why the process had to end; `nil` where nothing was wrong.
  var refusal: String? { state.withLock { $0.refusal } }

  /// What the worker's line in `puhui status` says about it; empty where nothing is accepted.
  var mark: String {
    guard acceptsDataLoss else { return "" }
    let problems = state.withLock { $0.said.values.flatMap(\.self) }.filter { $0.finding.level == .problem }
    return " \(SafetyGate.markName)="
      + (problems.isEmpty ? "none" : problems.map(\.check).sorted().joined(separator: ","))
  }

  static let markName = "accepts-data-loss"

  /// Throws `RiskyServer` where the server may lose what it has acknowledged, and stops the process then.
  ///
  /// - Parameter always: ask although it was asked a moment ago.
  func pass(_ connection: inout RedisConnection, always: Bool = false) throws {
    guard always || isDue(.redis) else { return }
    try judge(.redis, examine(RedisFacts.read(&connection), RedisDurability.checks))
  }

  func pass(_ connection: inout PostgresConnection, always: Bool = false) throws {
    guard always || isDue(.postgres) else { return }
    try judge(.postgres, examine(DurabilitySettings.read(&connection), PostgresDurability.checks))
  }

  private func isDue(_ server: Server) -> Bool {
    let now = monotonicMilliseconds()
    return state.withLock { state in
      if let last = state.askedAt[server.rawValue], now - last < 1_000, state.refusal == nil { return false }
      state.askedAt[server.rawValue] = now
      return true
    }
  }

  private func judge(_ server: Server, _ diagnoses: [Diagnosis]) throws {
    let worrying = diagnoses.filter { $0.finding.level != .ok }
    let isNews = state.withLock { $0.said.updateValue(worrying, forKey: server.rawValue) != worrying }
    let problems = worrying.filter { $0.finding.level == .problem }
    if isNews {
      for item in worrying where item.finding.level == .warning || acceptsDataLoss {
        let accepted = item.finding.level == .problem ? "Data loss is accepted: " : ""
        logger.warning("\(accepted)\(item.sentence)", metadata: ["check": "\(item.check)"])
      }
    }
    guard !problems.isEmpty, !acceptsDataLoss else { return }
    let risk = RiskyServer(problems: problems)
    let isFirst = state.withLock { state in
      defer { state.refusal = state.refusal ?? risk.description }
      return state.refusal == nil
    }
    if isFirst {
      logger.critical("A server is not safe; this worker ends.", metadata: ["reason": "\(risk)"])
      LastResort.arm(.configuration)
      stop.stop()
    }
    throw risk
  }
}

/// A server that can lose what it has acknowledged.
struct RiskyServer: Error, CustomStringConvertible {
  let problems: [Diagnosis]

  var description: String {
    problems.map(\.sentence).joined(separator: "; ")
      + ". To run all the same, and lose data one day: --accept-data-loss or PUHUI_ACCEPT_DATA_LOSS=1"
  }
}

extension Diagnosis {
  var sentence: String {
    let server = check.hasPrefix("redis.") ? "Redis: " : check.hasPrefix("postgres.") ? "PostgreSQL: " : ""
    return server + finding.found + (finding.advice.map { ": \($0)" } ?? "")
  }
}
