import Foundation
import Queues
import RedisClient
import TestServers
import Testing

/// Everything that was pushed ends in one outcome, and every view says what an independent model says.
@Suite struct ConservationTests {
  @Test(.timeLimit(.minutes(30)))
  func `200,000 messages through eight lanes in four processes are what the model makes of them`() throws {
    let fleet = try FleetFixture()
    let oracle = try Oracle(fleet)
    let journal = oracle.path("pushed.jsonl")
    try fleet.succeed([
      "simulate", "--count", "200000", "--seed", "20221201", "--residents", "20000", "--from", "2022-11-01", "--to",
      "2022-11-14", "--resent", "0.10", "--conflicts", "0.02", "--invalid", "0.03", "--max-length", "1000000",
      "--journal", journal,
    ])
    let workers = try (1...2).flatMap { _ in
      [try fleet.program.start(["ingest", "--lanes", "2"]), try fleet.program.start(["score", "--lanes", "2"])]
    }
    try fleet.waitForOutcomes(200_000, workers)
    try fleet.waitUntilDrained(workers)
    for worker in workers { #expect(worker.stop() == 0, "\(worker.logText)") }
    try checkDrained(fleet)
    try oracle.judge(journal: journal, pushed: pushed(journal))
  }

  @Test(.timeLimit(.minutes(30)))
  func `workers that are killed again and again lose nothing and count nothing twice`() throws {
    let fleet = try FleetFixture()
    let oracle = try Oracle(fleet)
    let journal = oracle.path("pushed.jsonl")
    try fleet.succeed([
      "simulate", "--count", "60000", "--seed", "7", "--residents", "5000", "--from", "2022-11-01", "--to",
      "2022-11-07", "--max-length", "1000000", "--journal", journal,
    ])
    // Each pair lives until it has moved something, and is killed in the middle of its work.
    for round in 1...6 {
      let workers = [
        try fleet.program.start(["ingest", "--lanes", "2"]), try fleet.program.start(["score", "--lanes", "2"]),
      ]
      try fleet.waitForOutcomes(min(60_000, round * 8_000), workers)
      for worker in workers { worker.kill() }
    }
    try fleet.process(60_000)
    try checkDrained(fleet)
    try oracle.judge(journal: journal, pushed: pushed(journal))
  }

  @Test(.timeLimit(.minutes(30)))
  func `a Redis that is killed and restarted under load costs no message and no count`() throws {
    let redis = try RedisServer()
    let fleet = try FleetFixture(redis: redis)
    let oracle = try Oracle(fleet)
    let journal = oracle.path("pushed.jsonl")
    try fleet.succeed([
      "simulate", "--count", "40000", "--seed", "11", "--residents", "4000", "--from", "2022-11-01", "--to",
      "2022-11-05", "--max-length", "1000000", "--journal", journal,
    ])
    let worker = try fleet.program.start(["all", "--lanes", "2"])
    for part in 1...3 {
      try fleet.waitForOutcomes(part * 10_000, [worker])
      try redis.restart()
    }
    try fleet.waitForOutcomes(40_000, [worker])
    try fleet.waitUntilDrained([worker])
    #expect(worker.stop() == 0, "\(worker.logText)")
    try checkDrained(fleet)
    try oracle.judge(journal: journal, pushed: pushed(journal))
    redis.stop()
  }

  @Test func `views agree in every snapshot while batches are running`() throws {
    let fleet = try FleetFixture()
    try fleet.succeed([
      "simulate", "--count", "40000", "--seed", "3", "--residents", "3000", "--from", "2022-11-01", "--to",
      "2022-11-03", "--max-length", "1000000",
    ])
    let worker = try fleet.program.start(["all", "--lanes", "2"])
    var snapshots = 0
    var last = "0"
    while last != "40000" {
      let row = try fleet.rows(
        """
        SELECT t.actions = r.actions AND t.actions = d.actions AS actions,
          t.reduction_mg = r.mg AND t.reduction_mg = d.mg AND t.reduction_mg = l.mg AS milligrams,
          t.points_issued = d.points AND t.points_issued = r.points AND t.points_issued = l.points AS points,
          t.residents = r.residents AS residents, c.received = c.outcomes AS counts, c.received
        FROM puhui.totals t,
          (SELECT coalesce(sum(actions), 0) AS actions, coalesce(sum(reduction_mg), 0) AS mg,
            count(*) FILTER (WHERE actions > 0) AS residents,
            coalesce(sum(points_available + points_held - points_debt), 0) AS points FROM puhui.residents) r,
          (SELECT coalesce(sum(actions), 0) AS actions, coalesce(sum(reduction_mg), 0) AS mg,
            coalesce(sum(points), 0) AS points FROM puhui.daily_totals) d,
          (SELECT coalesce(sum(reduction_mg), 0) AS mg, coalesce(sum(points), 0) AS points FROM puhui.ledger) l,
          (SELECT sum(received) AS received, sum(credited + capped + duplicate + conflict + overlap + held + reversal
            + rejected) AS outcomes FROM puhui.partner_counts) c
        """)[0].split(separator: "|").map(String.init)
      #expect(row.prefix(5) == ["true", "true", "true", "true", "true"], "snapshot \(snapshots): \(row)")
      snapshots += 1
      last = row[5]
    }
    #expect(worker.stop() == 0)
    #expect(snapshots > 3, "the run was over before it could be looked at")
  }

  /// I8: nothing waits anywhere, and what is left in Redis is bounded bookkeeping.
  private func checkDrained(_ fleet: FleetFixture) throws {
    var redis = try fleet.connectRedis()
    let reply = try redis.command(["KEYS", .string("*\(fleet.keys.prefix)*")])
    var left: [String] = []
    for index in 0..<reply.count { left.append(try reply.string(at: index)) }
    let expected = left.filter {
      $0.hasSuffix("}:lease") || $0.contains(":rejected:") || $0 == fleet.keys.directory || $0 == fleet.keys.workers
        || $0 == fleet.keys.wake || $0 == fleet.keys.watermark
    }
    #expect(left.sorted() == expected.sorted())
  }

  /// How many messages the journal has for each partner.
  private func pushed(_ journal: String) throws -> [String: Int] {
    var counts: [String: Int] = [:]
    for line in try String(contentsOfFile: journal, encoding: .utf8).split(separator: "\n") {
      let parts = line.split(separator: "\"", maxSplits: 4)
      counts[String(parts[3]), default: 0] += 1
    }
    return counts
  }
}
