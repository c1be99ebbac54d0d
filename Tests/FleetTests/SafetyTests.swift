import Foundation
import PostgresClient
import Queues
import RedisClient
import TestServers
import Testing

/// Workers do not run on servers that lose what they have acknowledged, unless they are told to.
@Suite struct SafetyTests {
  @Test func `no worker starts on a Redis without AOF or with eviction, and it says what to change`() throws {
    let server = try RedisServer(options: ["--appendonly", "no", "--maxmemory-policy", "allkeys-lru"])
    let fleet = try FleetFixture(redis: server)
    for role in ["ingest", "score", "all"] {
      let ended = try fleet.program.run([role])
      #expect(ended.status == 78, "\(role): \(ended.errors)")
      for word in [
        "CONFIG SET appendonly yes", "redis.conf", "CONFIG SET maxmemory-policy noeviction", "allkeys-lru",
        "--accept-data-loss",
      ] {
        #expect(ended.errors.contains(word), "\(role) does not say \(word): \(ended.errors)")
      }
    }
    let found = try fleet.diagnose()
    #expect(found.status == 1)
    #expect(found.checks["redis.appendonly"]?.state == "problem")
    #expect(found.checks["redis.maxmemory-policy"]?.state == "problem")
  }

  @Test func `no scoring worker starts without fsync or full page writes; ingest needs no PostgreSQL`() throws {
    let server = try PostgresServer(settings: ["fsync=off", "full_page_writes=off"])
    let fleet = try FleetFixture(postgres: server)
    for role in ["score", "all"] {
      let ended = try fleet.program.run([role])
      #expect(ended.status == 78, "\(role): \(ended.errors)")
      #expect(ended.errors.contains("fsync is off") && ended.errors.contains("full_page_writes is off"))
      #expect(ended.errors.contains("command line"), "\(ended.errors)")
    }
    let found = try fleet.diagnose()
    #expect(found.status == 1 && found.checks["postgres.fsync"]?.state == "problem")
    let ingest = try fleet.program.start(["ingest"])
    try fleet.waitForWorkers(1, [ingest])
    #expect(ingest.stop() == 0, "\(ingest.logText)")
  }

  @Test(arguments: [
    ("ALTER DATABASE %d SET synchronous_commit = off", "ALTER DATABASE %d RESET synchronous_commit"),
    (
      "ALTER ROLE puhui IN DATABASE %d SET synchronous_commit = off",
      "ALTER ROLE puhui IN DATABASE %d RESET synchronous_commit"
    ),
  ])
  func `synchronous_commit counts as it is on the worker's own connection`(_ change: (String, String)) throws {
    let fleet = try FleetFixture()
    let database = try fleet.value("SELECT current_database()")
    var connection = try fleet.connectPostgres()
    try connection.execute(change.0.replacingOccurrences(of: "%d", with: database))
    let ended = try fleet.program.run(["score"])
    #expect(ended.status == 78, "\(ended.errors)")
    #expect(ended.errors.contains(change.1.replacingOccurrences(of: "%d", with: database)), "\(ended.errors)")
  }

  @Test func `who accepts data loss runs all the same, and status shows it`() throws {
    let server = try RedisServer(options: ["--appendonly", "no"])
    let fleet = try FleetFixture(redis: server)
    let worker = try fleet.program.start(["all", "--lanes", "1", "--accept-data-loss"])
    try fleet.waitForWorkers(1, [worker])
    #expect(worker.logText.contains("Data loss is accepted: Redis: appendonly is no"), "\(worker.logText)")
    let text = try fleet.succeed(["status"])
    #expect(text.contains("Data loss   accepted by 1 of 1 workers"), "\(text)")
    #expect(text.contains("accepts-data-loss=redis.appendonly"), "\(text)")
    let workers = try fleet.object(["status"]).json["workers"] as? [[String: Any]]
    #expect(workers?.first?["accepts_data_loss"] as? Bool == true)
    #expect(try fleet.diagnose().checks["fleet.data-loss"]?.state == "warning")
    #expect(worker.stop() == 0, "\(worker.logText)")
  }

  @Test func `the setting for it is understood, or refused`() throws {
    let wrong = try FleetFixture(environment: ["PUHUI_ACCEPT_DATA_LOSS": "maybe"]).program.run(["ingest"])
    #expect(wrong.status == 78 && wrong.errors.contains("accept_data_loss"), "\(wrong.errors)")
    let fleet = try FleetFixture(environment: ["PUHUI_ACCEPT_DATA_LOSS": "1"])
    let worker = try fleet.program.start(["ingest"])
    try fleet.waitForWorkers(1, [worker])
    #expect(try fleet.succeed(["status"]).contains("accepts-data-loss=none"))
    #expect(worker.stop() == 0)
  }

  @Test func `a Redis that is not there yet is waited for, and looked at when it answers`() throws {
    let link = try MovableSocket()
    let fleet = try FleetFixture(redisURL: link.url)
    let worker = try fleet.program.start(["all", "--lanes", "1"])
    while !worker.logText.contains("Redis does not answer yet") { usleep(10_000) }
    let unsafe = try RedisServer(options: ["--appendonly", "no"])
    try link.lead(to: unsafe.socketPath)
    #expect(worker.waitForEnd() == 78, "\(worker.logText)")
    #expect(worker.logText.contains("CONFIG SET appendonly yes"), "\(worker.logText)")
  }

  @Test func `a server that comes back unsafe ends the worker`() throws {
    let link = try MovableSocket()
    let safe = try RedisServer()
    try link.lead(to: safe.socketPath)
    let fleet = try FleetFixture(redis: safe, redisURL: link.url)
    let worker = try fleet.program.start(["all", "--lanes", "1"])
    try fleet.waitForWorkers(1, [worker])
    let unsafe = try RedisServer(options: ["--maxmemory-policy", "volatile-lru"])
    try link.lead(to: unsafe.socketPath)
    safe.stop()
    #expect(worker.waitForEnd() == 78, "\(worker.logText)")
    #expect(worker.logText.contains("A server is not safe"), "\(worker.logText)")
    #expect(worker.logText.contains("volatile-lru"), "\(worker.logText)")
  }

  @Test func `a weaker appendfsync is a warning that says what it means`() throws {
    let server = try RedisServer(options: ["--appendfsync", "everysec"])
    let fleet = try FleetFixture(redis: server)
    let worker = try fleet.program.start(["ingest"])
    try fleet.waitForWorkers(1, [worker])
    #expect(worker.logText.contains("about a second of acknowledged pushes"), "\(worker.logText)")
    #expect(worker.stop() == 0)
    #expect(try fleet.diagnose().checks["redis.appendfsync"]?.state == "warning")
  }

  @Test func `where CONFIG is not allowed, INFO is asked, and the rest is said to be unseen`() throws {
    let server = try RedisServer()
    var redis = try RedisConnection.open(RedisURL(server.url))
    _ = try redis.command(["ACL", "SETUSER", "worker", "on", ">secret", "~*", "&*", "+@all", "-config"])
    let fleet = try FleetFixture(redis: server, redisURL: "unix://worker:secret@\(server.socketPath)")
    let worker = try fleet.program.start(["ingest"])
    try fleet.waitForWorkers(1, [worker])
    #expect(worker.logText.contains("appendfsync cannot be seen"), "\(worker.logText)")
    #expect(worker.stop() == 0)
    let found = try fleet.diagnose().checks
    #expect(found["redis.appendonly"]?.state == "ok" && found["redis.appendfsync"]?.state == "warning")
    _ = try redis.command(["CONFIG", "SET", "appendonly", "no"])
    let ended = try fleet.program.run(["ingest"])
    #expect(ended.status == 78 && ended.errors.contains("appendonly is no"), "\(ended.errors)")
  }
}
