import CarbonInclusion
import Ledger
import Logging
import PostgresClient
import Queues
import RedisClient
import Workers

/// Writes a rising mark to both servers, and says so when one of them was set back: by a restored backup, a lost end of
/// its log, or a standby that was promoted without all of it. One worker at a time does it, whichever comes first.
final class Watermarker {
  private let keys: Keys
  private let shards: [String]
  private let logger: Logger
  private let connectRedis: () throws -> RedisConnection
  private let connectPostgres: () throws -> PostgresConnection
  private var redis: RedisConnection?
  private var postgres: PostgresConnection?

  init(
    keys: Keys, shards: [String], logger: Logger, connectRedis: @escaping () throws -> RedisConnection,
    connectPostgres: @escaping () throws -> PostgresConnection
  ) {
    self.keys = keys
    self.shards = shards
    self.logger = logger
    self.connectRedis = connectRedis
    self.connectPostgres = connectPostgres
  }

  var chore: HousekeepingLane.Chore { .init(name: "watermark", everyMs: 2_000) { try self.turn() } }

  private func turn() throws {
    var database = try postgres.take() ?? connectPostgres()
    if let mark = try Watermark.intend(&database) {
      var server = try redis.take() ?? connectRedis()
      try advance(to: mark, &server, &database)
      redis = consume server
    }
    postgres = consume database
  }

  private func advance(
    to mark: Watermark.Mark, _ redis: inout RedisConnection, _ postgres: inout PostgresConnection
  ) throws {
    let replication = RedisFacts.parse(info: try redis.command(["INFO", "replication"]).string ?? "")
    // Before the mark: had Redis lost its lists by now, it would have lost the mark before as well.
    let isDrained = try isDrained(&redis)
    let answer = try WatermarkKey.advance(
      to: .init(number: mark.number, madeAt: mark.madeAt), ledger: mark.ledger, confirmed: mark.confirmed, keys: keys,
      on: &redis)
    switch answer {
    case .taken(let before):
      try notePromotions(mark, before, replication, &postgres)
      try Watermark.confirm(
        mark, isDrained: isDrained, replicationID: replication["master_replid"], &postgres)
    case .missing:
      report(
        try IncidentStore.redisWentBack(
          remaining: 0, madeAt: nil, detail: "mark \(mark.confirmed) was in Redis, and is not any more", &postgres))
    case .behind(let found):
      report(
        try IncidentStore.redisWentBack(
          remaining: found.number, madeAt: found.madeAt,
          detail: "mark \(mark.confirmed) was in Redis, which has mark \(found.number) now", &postgres))
    case .ahead(let found):
      // Another worker's later mark is no sign of anything: then PostgreSQL knows of it.
      let known = try Watermark.intent(&postgres)
      guard known < found.number || found.number == mark.number else { return }
      report(
        try IncidentStore.postgresWentBack(
          found: found.number, own: mark,
          detail: "Redis has mark \(found.number), PostgreSQL had come to \(mark.number - 1) only", &postgres))
    }
  }

  private func notePromotions(
    _ mark: Watermark.Mark, _ before: WatermarkKey.Mark?, _ replication: [String: String],
    _ postgres: inout PostgresConnection
  ) throws {
    if mark.isPromoted {
      report(
        try IncidentStore.postgresPromoted(
          mark, detail: "PostgreSQL goes on as timeline \(mark.timeline), after \(mark.timelineBefore ?? 0)", &postgres)
      )
    }
    // A promoted replica keeps the id of the primary that it has followed; a server that was merely restarted does not.
    if let last = mark.replicationID, let now = replication["master_replid"], now != last,
      replication["master_replid2"] == last
    {
      report(
        try IncidentStore.redisPromoted(
          replicationID: now, markMadeAt: before?.madeAt, detail: "a replica of Redis has become the primary",
          &postgres))
    }
  }

  /// Inboxes first: what leaves one of them is in a shard's list by then.
  private func isDrained(_ redis: inout RedisConnection) throws -> Bool {
    guard let directory = try KeptText.get(keys.directory, on: &redis).flatMap({ Directory(text: $0) }) else {
      return false
    }
    guard try !Backlog.anyNonEmpty(directory.partners.map(keys.inbox), on: &redis) else { return false }
    return try !Backlog.anyNonEmpty(shards, on: &redis)
  }

  private func report(_ incident: Incident?) {
    guard let incident else { return }
    logger.critical(
      "\(IncidentText.sentence(incident)) \(IncidentText.advice(incident))",
      metadata: ["incident": "\(incident.number)", "detail": "\(incident.detail)"])
  }
}
