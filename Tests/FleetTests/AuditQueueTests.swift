import Foundation
import PostgresClient
import Queues
import RedisClient
import TestServers
import Testing

/// What `puhui audit` finds in Redis, and between Redis and the ledger: true books, and lists made by hand beside them.
@Suite struct AuditQueueTests {
  /// Lists of a test's own for the books that all share.
  private struct Lists {
    let fleet: FleetFixture
    let keys = Keys(prefix: "audit-\(UUID().uuidString.prefix(8)):")

    init() throws { fleet = try AuditTests.books.get() }

    func command(_ words: String...) throws {
      var redis = try fleet.connectRedis()
      _ = try redis.command(RedisCommand(words.map { .string($0) }))
    }

    func lease(of list: String, _ fields: String...) throws {
      var redis = try fleet.connectRedis()
      let key = Keys.companion(of: list, "lease")
      _ = try redis.command(RedisCommand((["HSET", key] + fields).map { .string($0) }))
    }

    /// Milliseconds of the server's clock, so far from now.
    func time(_ offsetMs: Int64) throws -> String {
      var redis = try fleet.connectRedis()
      let seconds = try #require(Int64(try redis.command(["TIME"]).string(at: 0)))
      return "\(seconds * 1000 + offsetMs)"
    }

    func audit(_ arguments: String...) throws -> (status: Int32, output: String) {
      let ended = try fleet.program.run(["audit", "--key-prefix", keys.prefix] + arguments)
      return (ended.status, ended.output + ended.errors)
    }

    /// Where the ledger stands with an inbox.
    func mark(of partner: String) throws -> (incarnation: String, position: Int64) {
      let row = try fleet.rows(
        """
        SELECT m.incarnation, max(m.position) AS position
        FROM puhui.inbox_position m JOIN puhui.partner p USING (partner_no) WHERE p.code = '\(partner)' GROUP BY 1
        """)[0].split(separator: "|")
      return (String(row[0]), try #require(Int64(row[1])))
    }
  }

  @Test func `an inbox that was booked beyond what Redis knows has lost pushes`() throws {
    let lists = try Lists()
    let mark = try lists.mark(of: "eleme")
    let inbox = lists.keys.inbox("eleme")
    try lists.command("LPUSH", inbox, "{}")
    try lists.lease(of: inbox, "incarnation", mark.incarnation, "position", "\(mark.position - 1)")
    #expect(try lists.audit("--only", "inbox-positions").status == 0, "that far, it is in order")
    try lists.lease(of: inbox, "position", "\(mark.position - 2)")
    let (status, output) = try lists.audit("--only", "inbox-positions")
    #expect(status == 1 && output.contains("eleme") && output.contains("up to position \(mark.position)"), "\(output)")
  }

  @Test func `messages that left an inbox and are in no list must be booked`() throws {
    let lists = try Lists()
    let mark = try lists.mark(of: "eleme")
    try lists.lease(
      of: lists.keys.inbox("eleme"), "incarnation", mark.incarnation, "position", "\(mark.position + 7)")
    let lost = try lists.audit("--only", "inbox-positions")
    #expect(lost.status == 1 && lost.output.contains("booked up to position \(mark.position)"), "\(lost.output)")
    // They may be in a block that waits.
    try lists.command("LPUSH", lists.keys.score(3), "a block")
    let waiting = try lists.audit("--only", "inbox-positions")
    #expect(waiting.status == 0 && waiting.output.contains("1 blocks are waiting"), "\(waiting.output)")
  }

  @Test func `a list of nobody in the catalogue is named`() throws {
    let lists = try Lists()
    try lists.command("LPUSH", lists.keys.inbox("elme"), "{}", "{}")
    let (status, output) = try lists.audit("--only", "stranger-lists")
    #expect(status == 1 && output.contains(lists.keys.inbox("elme")) && output.contains("2 elements"), "\(output)")
  }

  @Test func `a list whose owner died with messages in hand is named, once nobody takes over`() throws {
    let lists = try Lists()
    let list = lists.keys.score(9)
    try lists.command("LPUSH", list, "a block")
    try lists.lease(
      of: list, "owner", "host:1:2:score-0", "lease_ms", "15000", "working", "17", "expires_ms", lists.time(-5_000))
    #expect(try lists.audit("--only", "leases").status == 0, "the next owner has time yet")
    try lists.lease(of: list, "expires_ms", lists.time(-60_000))
    let (status, output) = try lists.audit("--only", "leases")
    #expect(status == 1 && output.contains(list) && output.contains("host:1:2:score-0"), "\(output)")
    try lists.lease(of: list, "working", "alone", "paused", lists.time(-90_000))
    #expect(try lists.audit("--only", "leases").status == 0, "nobody may take a paused list over")
    try lists.command("HDEL", Keys.companion(of: list, "lease"), "paused")
    #expect(try lists.audit("--only", "leases").status == 1, "a suspect in hand")
    try lists.lease(of: list, "working", "0")
    #expect(try lists.audit("--only", "leases").status == 0, "a list that was handed back waits for nobody")
  }

  @Test func `a lease that runs for longer than leases do is named`() throws {
    let lists = try Lists()
    let list = lists.keys.inbox("kuaidian")
    try lists.lease(
      of: list, "owner", "host:1:2:ingest-0", "lease_ms", "15000", "working", "17", "expires_ms", lists.time(900_000))
    let (status, output) = try lists.audit("--only", "leases")
    #expect(status == 1 && output.contains(list) && output.contains("a lease for 15000 ms"), "\(output)")
  }

  @Test func `after a drain nothing but bookkeeping may be left`() throws {
    let lists = try Lists()
    let keys = lists.keys
    for key in [keys.directory, keys.watermark, keys.workers] { try lists.command("SET", key, "1") }
    try lists.command("LPUSH", keys.rejected("eleme"), "{}")
    try lists.lease(of: keys.inbox("eleme"), "owner", "x")
    #expect(try lists.audit("--only", "drained-lists", "--drained").status == 0)
    try lists.command("LPUSH", keys.inbox("eleme"), "{}")
    try lists.command("LPUSH", keys.score(1), "a block", "another")
    try lists.command("SET", keys.prefix + "somebody", "else")
    #expect(try lists.audit("--only", "drained-lists").status == 0, "it is asked for only after a drain")
    let (status, output) = try lists.audit("--only", "drained-lists", "--drained")
    #expect(status == 1 && output.contains("3 findings"), "\(output)")
    for key in [keys.inbox("eleme"), keys.score(1), keys.prefix + "somebody"] {
      #expect(output.contains("      \(key): "), "\(output)")
    }
  }
}
