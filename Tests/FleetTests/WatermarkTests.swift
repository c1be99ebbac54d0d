import Foundation
import PostgresClient
import Queues
import RedisClient
import TestServers
import Testing

/// A server that went back in time is noticed, and what has to be pushed again is said.
@Suite struct WatermarkTests {
  private let confirmed = "SELECT confirmed FROM puhui.watermark"

  /// Waits for a mark that is made from now on, and is in both servers.
  private func waitForMark(_ fleet: FleetFixture, _ worker: PuhuiProgram.Worker) throws {
    let next = try fleet.value("SELECT intent + 1 FROM puhui.watermark")
    try fleet.waitFor("SELECT confirmed >= \(next) FROM puhui.watermark", toBe: "true", [worker])
  }

  private func order(_ id: String) -> String {
    #"{"id":"\#(id)","resident":"r-1","behaviour":"no-cutlery-order","ended_at":"2022-11-29T12:00:00+08:00"}"#
  }

  @Test func `a Redis that is set back to an earlier AOF is noticed, and pushing again makes everything good`() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "puhui-aof-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let link = try MovableSocket()
    let before = try RedisServer()
    try link.lead(to: before.socketPath)
    let fleet = try FleetFixture(redis: before, redisURL: link.url)
    let worker = try fleet.program.start(["all", "--lanes", "1"])
    try fleet.push([order("a")], partner: "eleme")
    try fleet.waitForOutcomes(1, [worker])
    try waitForMark(fleet, worker)

    // A backup, as a person makes it who copies the folder of a running server.
    let files = URL(fileURLWithPath: before.socketPath).deletingLastPathComponent()
      .appendingPathComponent("appendonlydir")
    try FileManager.default.copyItem(at: files, to: folder.appendingPathComponent("appendonlydir"))
    let backedUpAt = try fleet.value("SELECT clock_timestamp()")
    try fleet.push([order("b")], partner: "eleme")
    try fleet.waitForOutcomes(2, [worker])
    try waitForMark(fleet, worker)

    // Whatever is pushed while nobody works is lost with the server.
    kill(worker.pid, SIGSTOP)
    try fleet.push([order("c")], partner: "eleme")
    before.stop()
    let after = try RedisServer(options: ["--dir", folder.path])
    try link.lead(to: after.socketPath)
    kill(worker.pid, SIGCONT)

    try fleet.waitFor("SELECT count(*) FROM puhui.incident WHERE what = 'redis_went_back'", toBe: "1", [worker])
    #expect(
      try fleet.value("SELECT missing_from <= '\(backedUpAt)' AND missing_to > '\(backedUpAt)' FROM puhui.incident")
        == "true")
    while !worker.logText.contains("Redis went back in time") { usleep(10_000) }
    let text = try fleet.succeed(["status"])
    #expect(text.contains("Redis went back in time") && text.contains("push again what was pushed between"), "\(text)")
    let incidents = try fleet.object(["status"]).json["incidents"] as? [[String: Any]]
    #expect(incidents?.count == 1 && incidents?.first?["what"] as? String == "redis_went_back")

    // The advice: everything again. The mark goes on, and nothing is reported twice.
    try fleet.push([order("a"), order("b"), order("c")], partner: "eleme")
    try fleet.waitFor(
      "SELECT credited FROM puhui.partner_counts WHERE partner = 'eleme'", toBe: "3", [worker])
    try waitForMark(fleet, worker)
    #expect(try fleet.value("SELECT count(*) FROM puhui.incident") == "1")
    #expect(worker.logText.components(separatedBy: "Redis went back in time").count == 2)
    #expect(worker.stop() == 0)
  }

  @Test func `a Redis that has lost everything is noticed`() throws {
    let fleet = try FleetFixture()
    let worker = try fleet.program.start(["all", "--lanes", "1"])
    // Only when every list was seen empty is it known what is safe.
    try fleet.waitFor("SELECT drained_at IS NOT NULL FROM puhui.watermark", toBe: "true", [worker])
    var redis = try fleet.connectRedis()
    _ = try redis.command(["DEL", .string(fleet.keys.watermark)])
    try fleet.waitFor("SELECT count(*) FROM puhui.incident WHERE what = 'redis_lost'", toBe: "1", [worker])
    #expect(try fleet.value("SELECT missing_from < missing_to FROM puhui.incident") == "true")
    try waitForMark(fleet, worker)
    #expect(try fleet.value("SELECT count(*) FROM puhui.incident") == "1")
    #expect(worker.stop() == 0)
  }

  @Test func `a PostgreSQL that is set back is noticed, even by a single mark`() throws {
    let fleet = try FleetFixture()
    let worker = try fleet.program.start(["all", "--lanes", "1"])
    try waitForMark(fleet, worker)
    try waitForMark(fleet, worker)
    var connection = try fleet.connectPostgres()
    try connection.execute("UPDATE puhui.watermark SET intent = intent - 1, confirmed = confirmed - 1")
    try fleet.waitFor("SELECT count(*) FROM puhui.incident WHERE what = 'postgres_went_back'", toBe: "1", [worker])
    try waitForMark(fleet, worker)
    #expect(try fleet.value("SELECT count(*) FROM puhui.incident") == "1")
    #expect(worker.stop() == 0)
  }

  @Test func `a promoted PostgreSQL is noticed by its timeline`() throws {
    let fleet = try FleetFixture()
    let worker = try fleet.program.start(["score", "--lanes", "1"])
    try waitForMark(fleet, worker)
    // As a standby has it that was promoted: the row of the old primary, on a new timeline.
    var connection = try fleet.connectPostgres()
    try connection.execute("UPDATE puhui.watermark SET timeline = timeline - 1")
    try fleet.waitFor("SELECT count(*) FROM puhui.incident WHERE what = 'postgres_promoted'", toBe: "1", [worker])
    try waitForMark(fleet, worker)
    #expect(try fleet.value("SELECT count(*) FROM puhui.incident") == "1")
    #expect(worker.stop() == 0)
  }

  @Test func `a promoted replica of Redis is noticed; a restart is nothing`() throws {
    let port = Int.random(in: 20_000..<32_000)
    let link = try MovableSocket()
    let primary = try RedisServer(options: ["--port", "\(port)", "--bind", "127.0.0.1"])
    let replica = try RedisServer(options: ["--repl-diskless-sync-delay", "0"])
    try link.lead(to: primary.socketPath)
    let fleet = try FleetFixture(redis: primary, redisURL: link.url)
    let worker = try fleet.program.start(["score", "--lanes", "1"])
    try waitForMark(fleet, worker)
    try primary.restart()
    try waitForMark(fleet, worker)
    #expect(try fleet.value("SELECT count(*) FROM puhui.incident") == "0")
    var redis = try RedisConnection.open(RedisURL(replica.url))
    _ = try redis.command(["REPLICAOF", "127.0.0.1", .string("\(port)")])
    while try redis.command(["HGET", .string(fleet.keys.watermark), "mark"]).string == nil { usleep(10_000) }
    try waitForMark(fleet, worker)
    _ = try redis.command(["REPLICAOF", "NO", "ONE"])
    try link.lead(to: replica.socketPath)
    primary.stop()
    try fleet.waitFor("SELECT what FROM puhui.incident", toBe: "redis_promoted", [worker])
    try waitForMark(fleet, worker)
    #expect(try fleet.value("SELECT count(*) FROM puhui.incident") == "1")
    #expect(worker.stop() == 0)
  }

  @Test func `several workers share the mark, and none takes another's for trouble`() throws {
    let fleet = try FleetFixture()
    let workers = try (0..<3).map { _ in try fleet.program.start(["score", "--lanes", "1"]) }
    for worker in workers + workers { try waitForMark(fleet, worker) }
    #expect(try fleet.value("SELECT count(*) FROM puhui.incident") == "0")
    for worker in workers { #expect(worker.stop() == 0, "\(worker.logText)") }
  }

  @Test func `a schema made anew on the same Redis is a fresh start`() throws {
    let fleet = try FleetFixture()
    let first = try fleet.program.start(["score", "--lanes", "1"])
    try waitForMark(fleet, first)
    #expect(first.stop() == 0)
    var connection = try fleet.connectPostgres()
    try connection.execute("DROP SCHEMA puhui CASCADE")
    try fleet.succeed(["migrate"])
    try fleet.succeed(["catalogue", "apply", FleetFixture.defaultCatalogue])
    let second = try fleet.program.start(["score", "--lanes", "1"])
    try waitForMark(fleet, second)
    #expect(try fleet.value("SELECT count(*) FROM puhui.incident") == "0")
    #expect(second.stop() == 0)
  }

  @Test func `an incident is resolved by hand, once, and not by a rehearsal`() throws {
    let fleet = try FleetFixture()
    var connection = try fleet.connectPostgres()
    try connection.execute("INSERT INTO puhui.incident (what, detail) VALUES ('redis_lost', 'by hand')")
    #expect(try fleet.diagnose().checks["fleet.incidents"]?.state == "problem")
    #expect(try fleet.succeed(["doctor", "--resolve", "1", "--dry-run"]).contains("Would resolve incident 1"))
    #expect(try fleet.value("SELECT count(*) FROM puhui.incident WHERE resolved_at IS NULL") == "1")
    #expect(try fleet.succeed(["doctor", "--resolve", "1", "--by", "wang"]).contains("Resolved incident 1"))
    #expect(try fleet.value("SELECT resolved_by FROM puhui.incident") == "wang")
    #expect(try fleet.succeed(["doctor", "--resolve", "1"]).contains("nothing to do"))
    #expect(try fleet.diagnose().checks["fleet.incidents"]?.state == "ok")
    #expect(try fleet.program.run(["doctor", "--resolve", "9"]).status == 1)
    #expect(try fleet.program.run(["doctor", "--dry-run"]).status == 2)
  }
}
