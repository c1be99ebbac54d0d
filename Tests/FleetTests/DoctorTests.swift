import Foundation
import PostgresClient
import Queues
import RedisClient
import TestServers
import Testing

/// What the doctor finds, and how it says it.
@Suite struct DoctorTests {
  private let order =
    #"{"id":"o-1","resident":"r-1","behaviour":"no-cutlery-order","ended_at":"2022-11-29T12:00:00+08:00"}"#

  @Test func `a healthy pair with a worker has no problem`() throws {
    let fleet = try FleetFixture()
    let worker = try fleet.program.start(["all", "--lanes", "1"])
    try fleet.waitForWorkers(1, [worker])
    try fleet.waitFor("SELECT confirmed > 0 FROM puhui.watermark", toBe: "true", [worker])
    let found = try fleet.diagnose()
    #expect(found.status == 0, "\(found.checks)")
    for check in [
      "redis.version", "redis.appendonly", "redis.appendfsync", "redis.maxmemory-policy", "redis.memory",
      "redis.permissions", "redis.clock", "postgres.version", "postgres.fsync", "postgres.synchronous_commit",
      "postgres.full_page_writes", "postgres.clock", "schema.version", "schema.catalogue", "schema.permissions",
      "schema.append-only", "fleet.workers", "fleet.progress", "fleet.leases", "fleet.strangers", "fleet.incidents",
      "fleet.watermark",
    ] {
      #expect(found.checks[check]?.state == "ok", "\(check): \(String(describing: found.checks[check]))")
    }
    let text = try fleet.succeed(["doctor"])
    #expect(text.contains("0 problems"), "\(text)")
    #expect(worker.stop() == 0)
  }

  @Test func `a server that is away is said, and the other is still looked at`() throws {
    let fleet = try FleetFixture()
    let noRedis = try fleet.diagnose(["--redis", "unix:///nowhere/redis.sock"])
    #expect(noRedis.status == 69)
    #expect(noRedis.checks["redis.reachable"]?.state == "problem" && noRedis.checks["postgres.fsync"]?.state == "ok")
    let noPostgres = try fleet.diagnose(["--postgres", "postgresql:///none?host=/nowhere"])
    #expect(noPostgres.status == 69)
    #expect(noPostgres.checks["postgres.reachable"]?.state == "problem")
    #expect(noPostgres.checks["redis.appendonly"]?.state == "ok")
  }

  @Test func `messages that wait for nobody, and lists of nobody, are found`() throws {
    let fleet = try FleetFixture()
    try fleet.push([order], partner: "eleme")
    try fleet.push([order], partner: "elemee")
    let found = try fleet.diagnose(["--watch", "1"])
    #expect(found.status == 1)
    #expect(found.checks["fleet.progress"]?.state == "problem")
    #expect(found.checks["fleet.progress"]?.text.contains("no worker runs") == true)
    #expect(found.checks["fleet.strangers"]?.text.contains("in:elemee with 1 elements") == true)
  }

  @Test func `a worker that says it is alive and does nothing is found`() throws {
    let fleet = try FleetFixture()
    let worker = try fleet.program.start(["all", "--lanes", "1"])
    try fleet.waitForWorkers(1, [worker])
    kill(worker.pid, SIGSTOP)
    defer { kill(worker.pid, SIGCONT) }
    try fleet.push([order], partner: "eleme")
    let found = try fleet.diagnose(["--watch", "1"])
    #expect(found.status == 1)
    #expect(
      found.checks["fleet.progress"]?.text.contains("1 workers say that they are alive") == true,
      "\(found.checks)")
  }

  @Test func `a list whose owner is gone with messages in hand is found`() throws {
    let fleet = try FleetFixture()
    try fleet.push([order], partner: "eleme")
    var redis = try fleet.connectRedis()
    var list = LeasedList(name: fleet.keys.inbox("eleme"), owner: "other-host:1:1:ingest-1", leaseMs: 1)
    guard case .owned = try list.claim(count: 1, on: &redis) else { throw TestFailure("nothing was claimed") }
    let found = try fleet.diagnose(["--watch", "1"]).checks["fleet.leases"]
    #expect(
      found?.state == "warning" && found?.text.contains("other-host:1:1:ingest-1") == true,
      "\(String(describing: found))")
  }

  @Test func `a full Redis is a problem, and its scripts still run`() throws {
    let server = try RedisServer()
    let fleet = try FleetFixture(redis: server)
    var redis = try fleet.connectRedis()
    _ = try redis.command(["CONFIG", "SET", "maxmemory", "1"])
    _ = try redis.command(["SCRIPT", "FLUSH"])
    let found = try fleet.diagnose().checks
    #expect(found["redis.memory"]?.state == "problem")
    #expect(found["redis.permissions"]?.state == "ok", "\(String(describing: found["redis.permissions"]))")
    #expect(try redis.command(["DBSIZE"]).integer() == 0, "the doctor left something behind")
  }

  @Test func `rights that the fleet needs and does not have are named`() throws {
    let server = try RedisServer()
    var redis = try RedisConnection.open(RedisURL(server.url))
    // The companions of a list begin with a brace: easily forgotten.
    _ = try redis.command(["ACL", "SETUSER", "worker", "on", ">secret", "~puhui:*", "~test*", "&*", "+@all"])
    let fleet = try FleetFixture(redis: server, redisURL: "unix://worker:secret@\(server.socketPath)")
    let found = try fleet.diagnose()
    #expect(found.status == 1)
    #expect(found.checks["redis.permissions"]?.text.contains("NOPERM") == true, "\(found.checks)")
    #expect(found.checks["redis.permissions"]?.text.contains("ACL SETUSER") == true)
  }

  @Test func `booked rows that could be changed are a problem`() throws {
    let fleet = try FleetFixture()
    var connection = try fleet.connectPostgres()
    try connection.execute("ALTER TABLE puhui.entry DISABLE TRIGGER append_only")
    let found = try fleet.diagnose()
    #expect(found.status == 1)
    #expect(
      found.checks["schema.append-only"]?.text.contains("ALTER TABLE puhui.entry ENABLE TRIGGER append_only") == true)
  }

  @Test func `an older binary works on a newer schema that says it is readable, and on no other`() throws {
    let fleet = try FleetFixture()
    var connection = try fleet.connectPostgres()
    try connection.execute(
      """
      INSERT INTO puhui.schema_migration (number, name, readable_from)
      SELECT 1000, 'of_tomorrow', max(number) FROM puhui.schema_migration
      """)
    try fleet.push([order], partner: "eleme")
    try fleet.process(1)
    #expect(try fleet.succeed(["status"]).contains("schema version 1000"))
    #expect(try fleet.succeed(["migrate"]).contains("nothing to do"))
    #expect(try fleet.diagnose().checks["schema.version"]?.state == "warning")
    try connection.execute("UPDATE puhui.schema_migration SET readable_from = NULL WHERE number = 1000")
    let refused = try fleet.program.run(["score"])
    #expect(refused.status == 78 && refused.errors.contains("newer binary"), "\(refused.errors)")
    #expect(try fleet.program.run(["migrate"]).status == 78)
    #expect(try fleet.diagnose().checks["schema.version"]?.state == "problem")
    try connection.execute("DELETE FROM puhui.schema_migration WHERE number IN (1000, 5)")
    let older = try fleet.program.run(["score"])
    #expect(older.status == 78 && older.errors.contains("puhui migrate"), "\(older.errors)")
  }
}
