import CarbonInclusion
import Messages
import PostgresClient
import Queues
import RedisClient
import TestServers
import Testing

/// Reviews of held activities, from the shard's list to the views.
@Suite struct ReviewTests {
  /// 28 km/h: held for its speed.
  private static func fastRide(_ id: String, _ resident: String) -> String {
    MainJobTests.ride(id, resident, km: "10.0", start: "08:00", end: "08:21")
  }

  private static let decisions = [("a", Job.Decision.accept), ("b", .refuse)]

  /// Asks for reviews as the rewards worker does.
  private func ask(_ fleet: FleetFixture) throws {
    var connection = try fleet.connectPostgres()
    for (id, decision) in Self.decisions {
      let parameters = PostgresParameters {
        $0.append("job-\(id)")
        $0.append(id)
        $0.append(decision.rawValue)
      }
      _ = try connection.query(
        """
        INSERT INTO puhui.review (job_id, entry_no, requested_at, resident_no, shard, partner_no, activity_id, decision,
          administrator, reason)
        SELECT $1, k.entry_no, now(), k.resident_no, k.shard, k.partner_no, k.activity_id, $3, 'admin', 'looked at it'
        FROM puhui.activity_key k WHERE k.activity_id = $2
        """, parameters)
    }
  }

  private func handOn(_ fleet: FleetFixture) throws {
    var redis = try fleet.connectRedis()
    for (id, decision) in Self.decisions {
      let review = Block.Review(
        jobID: "job-\(id)", activityID: id, decision: decision, reason: "looked at it", administrator: "admin")
      let list = fleet.keys.score(ShardMap.shard(ofResident: "r-\(id)"))
      let block = try #require(ReviewBlocks.pack([review], ofPartner: "meituan-bike").first)
      let verdicts = try BlockList(maxBlocks: 1_000, maxAgeMs: 3_600_000).push(
        [.init(list: list, blocks: [block])], on: &redis)
      guard case .accepted = verdicts[0] else { throw TestFailure("a list took no block") }
    }
  }

  @Test func `reviews move outcomes, counts, grams and points, in every view`() throws {
    let fleet = try FleetFixture()
    let ids = ["a", "b", "c"]
    try fleet.push(ids.map { Self.fastRide($0, "r-\($0)") }, partner: "meituan-bike")
    try fleet.process(3)
    #expect(try fleet.rows("SELECT DISTINCT outcome FROM puhui.outcomes") == ["held"])
    try ask(fleet)
    // Handed on twice, as by a worker that died after it had pushed them.
    for _ in 1...2 {
      try handOn(fleet)
      let worker = try fleet.program.start(["all", "--lanes", "2"])
      try fleet.waitFor("SELECT count(*) FROM puhui.review WHERE outcome IS NOT NULL", toBe: "2", [worker])
      try fleet.waitUntilDrained([worker])
      #expect(worker.stop() == 0, "\(worker.logText)")
    }
    #expect(
      try fleet.rows("SELECT activity_id, outcome, reason FROM puhui.outcomes ORDER BY 1")
        == ["a|credited", "b|rejected|review_refused", "c|held|speed_above"])
    #expect(try fleet.value("SELECT detail FROM puhui.outcomes WHERE activity_id = 'b'") == "looked at it")
    #expect(
      try fleet.rows("SELECT received, credited, held, rejected FROM puhui.partner_counts WHERE received > 0")
        == ["3|1|1|1"])
    #expect(try fleet.rows("SELECT activity_id, reason FROM puhui.rejections") == ["b|review_refused"])
    #expect(try fleet.rows("SELECT job_id, outcome FROM puhui.review ORDER BY 1") == ["job-a|1", "job-b|8"])
    #expect(
      try fleet.rows("SELECT kind, activity_id, reduction_mg FROM puhui.ledger WHERE partner IS NOT NULL")
        == ["upgrade|a|2500000"])
    #expect(
      try fleet.rows("SELECT resident, points_available, title FROM puhui.residents WHERE actions > 0")
        == ["r-a|25|low-carbon-doer"])
    let audit = try fleet.program.run(["audit", "--drained"])
    #expect(audit.status == 0, "\(audit.output)\(audit.errors)")
    let refused = try fleet.succeed(["statement", "r-b"])
    #expect(refused.contains("review_refused"), "\(refused)")
    let credited = try fleet.succeed(["statement", "r-a"])
    #expect(credited.contains("risen to low-carbon-doer") && credited.contains("credited later"), "\(credited)")
  }
}
