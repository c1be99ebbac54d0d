import Foundation
import PostgresClient
import Queues
import RedisClient
import TestServers
import Testing

/// A platform of a test's own: a database, a prefix of keys, and the binary that runs on both.
final class FleetFixture: Sendable {
  let keys: Keys
  let databaseURL: String
  let redisURL: String
  let program: PuhuiProgram

  /// - Parameters:
  ///   - catalogue: the file to apply; `nil` is the default catalogue.
  ///   - server: a Redis of the test's own, where it is to be harmed.
  ///   - url: another way to that Redis.
  ///   - postgres: a PostgreSQL of the test's own.
  ///   - environment: further settings of the binary.
  init(
    catalogue: String? = nil, redis server: RedisServer? = nil, redisURL url: String? = nil,
    postgres: PostgresServer = .shared, environment: [String: String] = [:]
  ) throws {
    let redis = try server ?? RedisServer.shared.get()
    keys = Keys(prefix: "test-\(UUID().uuidString.prefix(8)):")
    databaseURL = try postgres.makeDatabase()
    redisURL = url ?? redis.url
    let own = [
      "PUHUI_REDIS_URL": redisURL, "PUHUI_POSTGRES_URL": databaseURL, "PUHUI_KEY_PREFIX": keys.prefix,
      "PUHUI_LOG_LEVEL": "info",
    ]
    program = PuhuiProgram(environment: own.merging(environment) { $1 })
    try succeed(["migrate"])
    try succeed(["catalogue", "apply", catalogue ?? FleetFixture.defaultCatalogue])
  }

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static var defaultCatalogue: String { root.appendingPathComponent("deploy/catalogue/shanxi.yaml").path }

  /// A file with a changed default catalogue.
  static func catalogue(_ change: (String) -> String) throws -> String {
    let text = try String(contentsOfFile: defaultCatalogue, encoding: .utf8)
    let changed = change(text)
    guard changed != text else { throw TestFailure("the default catalogue has nothing to change") }
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("catalogue-\(UUID().uuidString).yaml")
    try changed.write(to: file, atomically: true, encoding: .utf8)
    return file.path
  }

  @discardableResult
  func succeed(_ arguments: [String], input: String? = nil) throws -> String {
    let ended = try program.run(arguments, input: input)
    guard ended.status == 0 else {
      throw TestFailure(
        "puhui \(arguments.joined(separator: " ")) ended with \(ended.status): \(ended.output)\(ended.errors)")
    }
    return ended.output
  }

  func connectRedis() throws -> RedisConnection { try .open(RedisURL(redisURL)) }

  func connectPostgres() throws -> PostgresConnection {
    try PostgresConnection(url: databaseURL, applicationName: "test", statementTimeoutMs: 120_000)
  }

  /// Pushes as a partner does: plain LPUSH, oldest first.
  func push(_ messages: [String], partner: String) throws {
    var redis = try connectRedis()
    let pushed = try PartnerList(name: keys.inbox(partner)).push(messages.map { Array($0.utf8) }, on: &redis)
    try #require(pushed.refusal == nil)
  }

  /// One value of one row, as text.
  func value(_ sql: String) throws -> String {
    var connection = try connectPostgres()
    let rows = try connection.query("SELECT (\(sql))::text")
    return rows.optionalString(0, 0) ?? "null"
  }

  /// The rows of a query, cells as text joined by `|`.
  func rows(_ sql: String) throws -> [String] {
    var connection = try connectPostgres()
    let rows = try connection.query(
      "SELECT concat_ws('|', VARIADIC (SELECT array_agg(v ORDER BY n) FROM json_each_text(row_to_json(q)) WITH ORDINALITY AS t(k, v, n))) FROM (\(sql)) q"
    )
    return (0..<rows.count).map { rows.string($0, 0) }
  }

  /// Waits until so many messages have their outcomes, for as long as somebody is making progress.
  func waitForOutcomes(_ count: Int, patience: Duration = .seconds(300), _ workers: [PuhuiProgram.Worker] = []) throws {
    var connection = try connectPostgres()
    var last: Int64 = -1
    var deadline = ContinuousClock.now + patience
    while ContinuousClock.now < deadline {
      let received = try connection.query(
        "SELECT coalesce(sum(received), 0)::bigint FROM puhui.partner_counts"
      ).int64(0, 0)
      if received >= Int64(count) { return }
      if received != last {
        last = received
        deadline = ContinuousClock.now + patience
      }
      usleep(10_000)
    }
    throw TestFailure(
      "\(last) of \(count) messages have an outcome, and nothing moves\n"
        + workers.map(\.logText).joined(separator: "\n"))
  }

  /// Waits until no inbox and no shard's list holds anything. Outcomes may be complete before: what was handed on twice,
  /// because a worker or a server died, is still to be recognised and removed.
  func waitUntilDrained(_ workers: [PuhuiProgram.Worker]) throws {
    var redis = try connectRedis()
    let deadline = ContinuousClock.now + .seconds(300)
    var left = 1
    while left > 0 {
      left = 0
      for lists in ["in:*", "score:*"] { left += try redis.command(["KEYS", .string(keys.prefix + lists)]).count }
      guard ContinuousClock.now < deadline else {
        throw TestFailure("\(left) lists are not drained\n" + workers.map(\.logText).joined(separator: "\n"))
      }
      usleep(10_000)
    }
  }

  /// Runs the fleet until so many messages have their outcomes, and stops it cleanly.
  func process(_ count: Int, _ arguments: [String] = ["all", "--lanes", "2"]) throws {
    let worker = try program.start(arguments)
    try waitForOutcomes(count, [worker])
    try waitUntilDrained([worker])
    let status = worker.stop()
    guard status == 0 else { throw TestFailure("the fleet ended with \(status): \(worker.logText)") }
  }
}

/// A condition that a test stands on and that did not come about.
struct TestFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
