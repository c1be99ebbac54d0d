import Foundation
import PostgresClient
import Queues
import RedisClient
import TestServers
import Testing

/// The main job as a partner, an operator and a resident meet it: plain LPUSH in, the real binary between, the public
/// views and commands out.
@Suite struct MainJobTests {
  static func ride(
    _ id: String, _ resident: String = "r-1", km: String = "5.0", start: String = "08:00", end: String = "08:23",
    extra: String = ""
  ) -> String {
    #"{"id":"\#(id)","resident":"\#(resident)","behaviour":"shared-bike-ride","quantity":\#(km),"unit":"km","#
      + #""started_at":"2022-11-29T\#(start):00+08:00","ended_at":"2022-11-29T\#(end):00+08:00"\#(extra)}"#
  }

  private static func charge(_ id: String, start: String = "19:00:00", end: String = "20:10:00", kWh: String = "20")
    -> String
  {
    #"{"id":"\#(id)","resident":"r-1","behaviour":"ev-charging","quantity":"\#(kWh)","unit":"kWh","#
      + #""started_at":"2022-11-29T\#(start)+08:00","ended_at":"2022-11-29T\#(end)+08:00"}"#
  }

  @Test func `the worked example, a charge, an order, a resend, a conflict and a refusal end as the source says`()
    throws
  {
    let fleet = try FleetFixture()
    let order = #"{"id":"o-1","resident":"r-1","behaviour":"no-cutlery-order","ended_at":"2022-11-29T12:01:00+08:00"}"#
    try fleet.push(
      [Self.ride("mt-1"), Self.ride("mt-1"), Self.ride("mt-1", km: "6"), #"{"id":"mt-2","resident":"r-1""#],
      partner: "meituan-bike")
    try fleet.push([Self.charge("kd-1")], partner: "kuaidian")
    try fleet.push([order], partner: "eleme")
    try fleet.process(6)

    #expect(
      try fleet.rows("SELECT partner, activity_id, outcome FROM puhui.outcomes ORDER BY 1, 2, 3") == [
        "eleme|o-1|credited", "kuaidian|kd-1|credited", "meituan-bike|mt-1|conflict", "meituan-bike|mt-1|credited",
        "meituan-bike|rejected",
      ])
    #expect(
      try fleet.rows(
        "SELECT activity_id, reduction_mg, points, factor_version FROM puhui.ledger WHERE partner IS NOT NULL ORDER BY 1"
      ) == [
        "kd-1|9200000|92|ev-charging-2022", "mt-1|1250000|12|shared-bike-ride-2022",
        "o-1|45720|0|no-cutlery-order-2022",
      ])
    #expect(
      try fleet.rows(
        """
        SELECT received, credited, duplicate, conflict, rejected FROM puhui.partner_counts
        WHERE partner = 'meituan-bike'
        """
      )
        == ["4|1|1|1|1"])
    #expect(try fleet.rows("SELECT * FROM puhui.totals") == ["1|3|10495720|104"])
    #expect(
      try fleet.rows("SELECT reason, payload FROM puhui.rejections") == [
        #"malformed_json|{"id":"mt-2","resident":"r-1""#
      ])
  }

  @Test func `partners read what was not credited from their list`() throws {
    let fleet = try FleetFixture()
    try fleet.push([Self.ride("a"), Self.ride("a", km: "1"), Self.ride("b", km: "0")], partner: "meituan-bike")
    try fleet.process(3)
    var redis = try fleet.connectRedis()
    let reply = try redis.command(["LRANGE", .string(fleet.keys.rejected("meituan-bike")), 0, -1])
    var notices: [[String: Any]] = []
    for index in 0..<reply.count {
      let object = try JSONSerialization.jsonObject(with: Data(try reply.string(at: index).utf8))
      notices.append(try #require(object as? [String: Any]))
    }
    let told = Set(notices.map { "\($0["id"] ?? "?") \($0["outcome"] ?? "?") \($0["reason"] ?? "?")" })
    #expect(told == ["a conflict same_id_other_content", "b rejected quantity_not_positive"])
    #expect(notices.allSatisfy { $0["at"] is String && $0["detail"] is String })
  }

  @Test func `the same charge at two partners is credited once, and the loser names the winner`() throws {
    let fleet = try FleetFixture()
    try fleet.push([Self.charge("kd-1")], partner: "kuaidian")
    try fleet.process(1)
    try fleet.push([Self.charge("gt-1", start: "19:00:30", end: "20:10:00")], partner: "gac-toyota-nev")
    try fleet.process(2)
    #expect(
      try fleet.rows(
        "SELECT outcome, reason, other_partner, other_activity_id FROM puhui.outcomes WHERE activity_id = 'gt-1'")
        == ["overlap|same-charge|kuaidian|kd-1"])
    #expect(try fleet.rows("SELECT reduction_mg FROM puhui.totals") == ["9200000"])
  }

  @Test func `a reversal takes a ride back in every view, and what had lost to it is credited`() throws {
    let fleet = try FleetFixture()
    try fleet.push([Self.ride("a")], partner: "meituan-bike")
    try fleet.process(1)
    try fleet.push([Self.ride("b", km: "4", start: "08:10", end: "08:30")], partner: "qingju-bike")
    try fleet.process(2)
    #expect(try fleet.rows("SELECT outcome FROM puhui.outcomes WHERE activity_id = 'b'") == ["overlap"])
    try fleet.push(
      [#"{"id":"rev-1","resident":"r-1","reverses":"a","ended_at":"2022-11-30T08:00:00+08:00"}"#],
      partner: "meituan-bike")
    try fleet.process(3)
    #expect(try fleet.rows("SELECT outcome FROM puhui.outcomes WHERE activity_id = 'b'") == ["credited"])
    #expect(
      try fleet.rows(
        "SELECT kind, activity_id, reduction_mg FROM puhui.ledger WHERE partner IS NOT NULL ORDER BY entry_id")
        == ["earn|a|1250000", "reversal|rev-1|-1250000", "upgrade|b|1000000"])
    #expect(
      try fleet.rows("SELECT resident, actions, reduction_mg, points_available FROM puhui.residents")
        == ["r-1|1|1000000|10"])
    #expect(try fleet.rows("SELECT residents, actions, reduction_mg FROM puhui.totals") == ["1|1|1000000"])
    #expect(
      try fleet.rows("SELECT partner, actions, reduction_mg FROM puhui.daily_totals WHERE actions <> 0")
        == ["qingju-bike|1|1000000"])
    #expect(
      try fleet.rows("SELECT received, credited, overlap FROM puhui.partner_counts WHERE partner = 'qingju-bike'")
        == ["1|1|0"])
  }

  @Test func `ledger rows cannot be updated or deleted, not even by their owner`() throws {
    let fleet = try FleetFixture()
    try fleet.push([Self.ride("a")], partner: "meituan-bike")
    try fleet.process(1)
    for statement in [
      "UPDATE puhui.entry SET reduction_mg = 0", "DELETE FROM puhui.entry", "TRUNCATE puhui.entry",
      "DELETE FROM puhui.activity_key", "UPDATE puhui.leg_block SET points = '{0}'",
      "UPDATE puhui.batch SET residents = 0",
    ] {
      var connection = try fleet.connectPostgres()
      #expect(throws: PostgresError.self, "\(statement) went through") { try connection.execute(statement) }
    }
  }

  @Test func `one id for a second resident is a conflict, whichever shards they are in`() throws {
    let fleet = try FleetFixture()
    try fleet.push([Self.ride("shared", "r-0")], partner: "meituan-bike")
    try fleet.process(1)
    try fleet.push((1...40).map { Self.ride("shared", "r-\($0)") }, partner: "meituan-bike")
    try fleet.process(41)
    #expect(
      try fleet.rows("SELECT received, credited, conflict FROM puhui.partner_counts WHERE partner = 'meituan-bike'")
        == ["41|1|40"])
    #expect(try fleet.rows("SELECT resident FROM puhui.ledger WHERE partner IS NOT NULL") == ["r-0"])
    #expect(try fleet.value("SELECT count(DISTINCT shard) > 10 FROM puhui.refusal") == "true")
  }

  @Test func `evidence is stored as a keyed hash`() throws {
    let fleet = try FleetFixture()
    try fleet.push([Self.ride("a", extra: #","evidence":"bike:8620331""#)], partner: "meituan-bike")
    try fleet.process(1)
    let other = try FleetFixture()
    try other.push([Self.ride("a", extra: #","evidence":"bike:8620331""#)], partner: "meituan-bike")
    try other.process(1)
    let hash = try fleet.value("SELECT evidence FROM puhui.entry")
    #expect(hash.count == 36)
    #expect(try hash != other.value("SELECT evidence FROM puhui.entry"), "two platforms, two keys, two hashes")
  }

  @Test func `workers take up a new catalogue while they run, and entries name their factor`() throws {
    let fleet = try FleetFixture()
    let worker = try fleet.program.start(["all", "--lanes", "1"])
    try fleet.push([Self.ride("a")], partner: "meituan-bike")
    try fleet.waitForOutcomes(1, [worker])
    let text = try String(contentsOfFile: FleetFixture.defaultCatalogue, encoding: .utf8)
    let added = text.replacingOccurrences(
      of: "partners:\n",
      with:
        "partners:\n  - code: new-bike\n    name: {zh: 新单车, en: New Bike}\n    kind: scenario\n    contract: {from: 2022-09-18}\n"
    )
    try fleet.succeed(["catalogue", "apply", "-"], input: added)
    try fleet.push([Self.ride("n", "r-2")], partner: "new-bike")
    try fleet.waitForOutcomes(2, [worker])
    #expect(worker.stop() == 0)
    #expect(
      try fleet.rows("SELECT count(*), count(factor_version) FROM puhui.ledger WHERE partner IS NOT NULL") == ["2|2"])
    #expect(try fleet.rows("SELECT partner FROM puhui.outcomes ORDER BY 1") == ["meituan-bike", "new-bike"])
  }

  @Test func `status names lists that belong to nobody`() throws {
    let fleet = try FleetFixture()
    try fleet.push(["x"], partner: "meituan-bikes")
    let status = try fleet.succeed(["status"])
    #expect(status.contains("Workers     none"), "\(status)")
    #expect(status.contains("\(fleet.keys.inbox("meituan-bikes"))  1 elements"), "\(status)")
    let json = try JSONSerialization.jsonObject(with: Data(try fleet.succeed(["status", "--json"]).utf8))
    let strangers = try #require((json as? [String: Any])?["strangers"] as? [[String: Any]])
    #expect(strangers.map { $0["list"] as? String } == [fleet.keys.inbox("meituan-bikes")])
  }
}
