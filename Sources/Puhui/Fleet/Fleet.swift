import Certificates
import Lanes
import Ledger
import Logging
import Messages
import PostgresClient
import Queues
import RedisClient
import ServiceLifecycle
import Workers

/// The lanes of one worker process, as one service: they stop together, each after its batch.
struct Fleet: Service {
  enum Role: String, CaseIterable {
    case ingest, score, rewards
  }

  private let roles: [Role]
  private let laneCount: Int
  private let settings = FleetSettings()
  private let redisURL: RedisURL
  private let postgresURL: String
  private let keys: Keys
  private let keyMemory = KeyMemory()
  private let evidenceKey: [UInt8]?
  private let signingKey: SigningKey?
  private let logger: Logger
  private let report = LaneReport()
  private let stop = StopSignal()
  private let failpoints: Failpoints
  private let watchdog: Watchdog
  private let gate: SafetyGate

  init(roles: [Role], options: FleetOptions) throws {
    self.roles = roles
    self.laneCount = try options.laneCount()
    self.redisURL = try options.servers.redisURL()
    self.postgresURL = try options.servers.postgresURL()
    self.keys = Keys(prefix: try options.servers.prefix())
    self.evidenceKey = try options.evidenceKey()
    self.signingKey = try options.signingKey()
    self.logger = try options.logger()
    self.failpoints = try FailpointPlan.fromEnvironment()
    self.watchdog = Watchdog(logger: logger)
    self.gate = SafetyGate(acceptsDataLoss: try options.acceptsDataLoss(), stop: stop, logger: logger)
  }

  /// Refuses to start on servers that lose what they have acknowledged, and on a database that this binary cannot work
  /// with. A server that does not answer is waited for.
  func checkServers() throws {
    do {
      _ = try openRedis("start")
    } catch let error as RiskyServer {
      throw CommandFailure(.configuration, "\(error)")
    } catch {
      logger.warning("Redis does not answer yet; the lanes go on trying.", metadata: ["error": "\(error)"])
    }
    if usesDatabase { try checkDatabase() }
  }

  private var usesDatabase: Bool { roles.contains(.score) || roles.contains(.rewards) }

  private func checkDatabase() throws {
    do {
      var connection = try openPostgres()
      try Migrator.check(&connection)
      guard try CatalogueStore.newestVersion(&connection) > 0 else { throw LedgerError.noCatalogue }
    } catch let error as LedgerError {
      throw CommandFailure(.configuration, "\(error)")
    } catch let error as RiskyServer {
      throw CommandFailure(.configuration, "\(error)")
    } catch let error as PostgresError {
      logger.warning("PostgreSQL does not answer yet; the lanes go on trying.", metadata: ["error": "\(error)"])
    }
  }

  /// Runs until the process is told to stop.
  func run() async throws {
    LargeBuffers.giveBack()
    let group = LaneGroup(stop: stop) { failure in
      logger.error("A lane ended.", metadata: ["lane": "\(failure.lane)", "error": "\(failure.error)"])
    }
    for role in roles {
      let idle = IdlePost()
      // Jobs are few, and one lane answers thousands a second: more of them would meet in the same rows.
      for number in 1...(role == .rewards ? 1 : laneCount) {
        add(role, "\(role.rawValue)-\(number)", idle: idle, to: group)
      }
    }
    group.add(name: "housekeeping") { _ in housekeeping().run() }
    try watchdog.start()
    logger.notice(
      "The fleet runs.",
      metadata: ["roles": "\(roles.map(\.rawValue).joined(separator: ","))", "lanes": "\(laneCount)"])
    let failures = await withGracefulShutdownHandler {
      await group.run()
    } onGracefulShutdown: {
      stop.stop()
      LastResort.arm()
    }
    leave()
    logger.notice(
      "The fleet has stopped.", metadata: ["messages": "\(report.messages)", "batches": "\(report.batches)"])
    if let refusal = gate.refusal { throw CommandFailure(.configuration, refusal) }
    if let failure = failures.first { throw CommandFailure(.failure, "lane \(failure.lane) failed: \(failure.error)") }
  }

  /// Takes the process out of `puhui status`. Where Redis is away, its line is forgotten within a minute.
  private func leave() {
    guard var redis = try? connectRedis("presence") else { return }
    try? WorkerRegistry.leave(id: LaneOwner(lane: "process").process, keys: keys, on: &redis)
  }

  private func add(_ role: Role, _ name: String, idle: IdlePost, to group: LaneGroup) {
    switch role {
    case .ingest: group.add(name: name) { _ in ingestLane(name, idle).run() }
    case .score: group.add(name: name) { _ in scoringLane(name, idle).run() }
    case .rewards: group.add(name: name) { _ in rewardsLane(name).run() }
    }
  }

  private func ingestLane(_ name: String, _ idle: IdlePost) -> IngestLane<RedisInboxes> {
    let owner = LaneOwner(lane: name).text
    return IngestLane(
      settings: .init(), clock: SystemLaneClock(stop: stop), idle: idle, report: report,
      pulse: watchdog.pulse(of: name),
      failpoints: failpoints, logger: logger(name)
    ) {
      RedisInboxes(connection: try openRedis(name), keys: keys, owner: owner, fleet: settings)
    }
  }

  private func scoringLane(_ name: String, _ idle: IdlePost) -> ScoringLane<RedisBlocks, LedgerBooks> {
    let owner = LaneOwner(lane: name).text
    return ScoringLane(
      settings: .init(), clock: SystemLaneClock(stop: stop), idle: idle, report: report,
      pulse: watchdog.pulse(of: name),
      failpoints: failpoints, logger: logger(name)
    ) {
      var postgres = try openPostgres()
      try Migrator.check(&postgres)
      let books = try ShardBooks(connection: postgres, owner: owner, memory: keyMemory)
      let redis = RedisBlocks(connection: try openRedis(name), keys: keys, owner: owner, fleet: settings)
      return (redis, LedgerBooks(books: books, evidenceKey: evidenceKey))
    }
  }

  private func rewardsLane(_ name: String) -> RewardsLane<RedisJobs, RewardsLedgerBooks> {
    let owner = LaneOwner(lane: name).text
    return RewardsLane(
      settings: .init(), clock: SystemLaneClock(stop: stop), report: report, pulse: watchdog.pulse(of: name),
      failpoints: failpoints, logger: logger(name)
    ) {
      var postgres = try openPostgres()
      try Migrator.check(&postgres)
      let books = RewardsLedgerBooks(books: try RewardsBooks(connection: postgres), signingKey: signingKey)
      return (RedisJobs(connection: try openRedis(name), keys: keys, owner: owner, fleet: settings), books)
    }
  }

  private func housekeeping() -> HousekeepingLane {
    var chores = [presence().beat] + safetyWatch().chores
    if roles.contains(.score) { chores += ledgerChores() }
    return HousekeepingLane(chores: chores, stop: stop, report: report, logger: logger("housekeeping"))
  }

  private func presence() -> Presence {
    Presence(
      id: LaneOwner(lane: "process").process, keys: keys,
      describe: { [report, roles, laneCount, gate] in
        "\(roles.map(\.rawValue).joined(separator: ",")) lanes=\(laneCount) messages=\(report.messages) "
          + "batches=\(report.batches) outages=\(report.outageCount) unknown_commits=\(report.unknownCommits)"
          + gate.mark
      },
      connect: { try openRedis("presence") })
  }

  private func safetyWatch() -> SafetyWatch {
    SafetyWatch(
      gate: gate, connectRedis: { try connectRedis("safety") },
      connectPostgres: usesDatabase ? { try connectPostgres() } : nil)
  }

  private func watermarker() -> Watermarker {
    Watermarker(
      keys: keys, shards: (0..<ShardMap.count).map(keys.score), logger: logger("watermark"),
      connectRedis: { try openRedis("watermark") }, connectPostgres: { try openPostgres() })
  }

  private func ledgerChores() -> [HousekeepingLane.Chore] {
    let keeper = LedgerKeeper { try openPostgres() }
    return [
      .init(name: "fold", everyMs: 2_000) { try keeper.fold() },
      .init(name: "sequences", everyMs: 5_000) { try keeper.foldSequences() },
      .init(name: "expire", everyMs: 60_000) { [settings] in try keeper.expirePayloads(days: settings.payloadDays) },
      watermarker().chore,
    ]
  }

  private func openRedis(_ name: String) throws -> RedisConnection {
    var connection = try connectRedis(name)
    try gate.pass(&connection)
    return connection
  }

  private func connectRedis(_ name: String) throws -> RedisConnection {
    try RedisConnection.open(redisURL, connectTimeoutMs: 3_000, commandTimeoutMs: 10_000, name: "puhui-\(name)")
  }

  private func openPostgres() throws -> PostgresConnection {
    var connection = try connectPostgres()
    try gate.pass(&connection)
    return connection
  }

  private func connectPostgres() throws -> PostgresConnection {
    try PostgresConnection(url: postgresURL, applicationName: "puhui", statementTimeoutMs: 30_000)
  }

  private func logger(_ lane: String) -> Logger {
    var logger = logger
    logger[metadataKey: "lane"] = "\(lane)"
    return logger
  }
}
