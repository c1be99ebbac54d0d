import Foundation
import PostgresClient
import TestServers
import Testing

/// What administrators and delivering partners see, through the real worker.
@Suite struct RewardsTests {
  @Test(.timeLimit(.minutes(30)))
  func `a code is given at once, and the same job again is answered the same`() throws {
    let (desk, worker) = try start(["r-1": 100])
    #expect(try desk.ask(restock("s-1", "coupon", ["A-1", "A-2", "A-3"])).number("stock") == 3)
    let first = try desk.ask(redeem("j-1", "r-1", "coupon", 2))
    #expect(first.isOK && first.text("status") == "captured" && first.number("points") == 100, "\(first)")
    #expect(first.texts("codes") == ["A-1", "A-2"], "\(first)")
    #expect(try desk.ask(redeem("j-1", "r-1", "coupon", 2)) == first)
    let conflict = try desk.ask(redeem("j-1", "r-1", "coupon", 1))
    #expect(conflict.error == "id_conflict", "\(conflict)")
    let balance = try desk.ask(#"{"op":"balance","id":"b-1","resident":"r-1"}"#)
    #expect(balance.number("points_available") == 360 && balance.number("points_held") == 0, "\(balance)")
    #expect(balance.number("reduction_mg") == 46_000_000 && balance.number("actions") == 1, "\(balance)")
    #expect(balance.text("title") == "low-carbon-master", "\(balance)")
    let outOfStock = try desk.ask(redeem("j-2", "r-1", "coupon", 2))
    #expect(outOfStock.error == "out_of_stock" && outOfStock.message.contains("1"), "\(outOfStock)")
    #expect(try desk.ask(restock("s-2", "coupon", ["A-4", "A-1"])).error == "duplicate_code")
    try finish(desk, worker)
  }

  @Test(.timeLimit(.minutes(30)))
  func `a refusal is remembered, also after the points have come`() throws {
    let (desk, worker) = try start(["r-1": 1])
    try desk.ask(restock("s-1", "coupon", ["A-1"]))
    let refused = try desk.ask(redeem("j-1", "r-1", "coupon", 1))
    #expect(refused.error == "insufficient_points", "\(refused)")
    #expect(try desk.ask(adjust("a-1", "r-1", 100)).number("points_available") == 104)
    #expect(try desk.ask(redeem("j-1", "r-1", "coupon", 1)) == refused)
    #expect(try desk.ask(redeem("j-2", "r-1", "coupon", 1)).isOK)
    try finish(desk, worker)
  }

  @Test(.timeLimit(.minutes(30)))
  func `a partner delivers its own redemptions and no others`() throws {
    let (desk, worker) = try start(["r-1": 100, "r-2": 100])
    try desk.ask(adjust("a-1", "r-1", 1_000))
    try desk.ask(adjust("a-2", "r-2", 1_000))
    try desk.ask(#"{"op":"restock","id":"s-1","reward":"shanxi-tourism-pass","quantity":2}"#)
    let held = try desk.ask(redeem("j-1", "r-1", "shanxi-tourism-pass", 1))
    #expect(held.text("status") == "fulfilling" && held.number("points") == 1_000, "\(held)")
    let asked = try desk.awaitElements(1, of: "fulfil:culture-and-tourism").map(JobDesk.Reply.init)
    #expect(asked.map { $0.text("redemption") } == ["j-1"] && asked.first?.text("resident") == "r-1", "\(asked)")
    #expect(asked.first?.number("quantity") == 1 && asked.first?.text("deadline").isEmpty == false, "\(asked)")

    try desk.push([#"{"op":"confirm","id":"c-1","redemption":"j-1"}"#], to: "fulfilled:commerce")
    #expect(try desk.take("c-1").error == "unknown_redemption")
    try desk.push([redeem("c-2", "r-1", "coupon", 1)], to: "fulfilled:culture-and-tourism")
    #expect(try desk.take("c-2").error == "not_allowed")
    try desk.push([#"{"op":"confirm","id":"c-3","redemption":"j-1"}"#], to: "fulfilled:culture-and-tourism")
    #expect(try desk.take("c-3").text("status") == "captured")
    let late = try desk.ask(#"{"op":"cancel","id":"c-4","redemption":"j-1","reason":"changed mind"}"#)
    #expect(late.error == "already_settled", "\(late)")

    try desk.ask(redeem("j-2", "r-2", "shanxi-tourism-pass", 1))
    try desk.push(
      [#"{"op":"fail","id":"f-1","redemption":"j-2","reason":"no passes left"}"#], to: "fulfilled:culture-and-tourism")
    #expect(try desk.take("f-1").text("status") == "released")
    #expect(try desk.ask(#"{"op":"balance","id":"b-2","resident":"r-2"}"#).number("points_available") == 1_460)
    #expect(
      try desk.fleet.rows("SELECT job_id, status, reason FROM puhui.redemptions ORDER BY 1") == [
        "j-1|captured", "j-2|released|no passes left",
      ])
    try finish(desk, worker)
  }

  @Test(.timeLimit(.minutes(30)))
  func `what nobody answers in time gives the points back`() throws {
    let catalogue = try FleetFixture.catalogue {
      $0.replacing("answer_within: 24 hours", with: "answer_within: 1 second")
    }
    let (desk, worker) = try start(["r-1": 100], catalogue: catalogue)
    try desk.ask(adjust("a-1", "r-1", 1_000))
    try desk.ask(#"{"op":"restock","id":"s-1","reward":"shanxi-tourism-pass","quantity":1}"#)
    try desk.ask(redeem("j-1", "r-1", "shanxi-tourism-pass", 1))
    try desk.fleet.waitFor("SELECT status FROM puhui.redemptions", toBe: "expired", [worker])
    #expect(try desk.ask(#"{"op":"balance","id":"b-1","resident":"r-1"}"#).number("points_available") == 1_460)
    try desk.push([#"{"op":"confirm","id":"c-1","redemption":"j-1"}"#], to: "fulfilled:culture-and-tourism")
    #expect(try desk.take("c-1").error == "already_settled")
    try finish(desk, worker)
  }

  @Test(.timeLimit(.minutes(30)))
  func `a large adjustment waits for another administrator`() throws {
    let (desk, worker) = try start(["r-1": 1])
    #expect(try desk.ask(adjust("a-1", "r-1", 5_000)).text("status") == "awaiting_approval")
    let approval = #"{"op":"approve","id":"p-1","job":"a-1"}"#
    #expect(try desk.ask(approval).error == "same_administrator")
    let other = try desk.ask(#"{"op":"approve","id":"p-2","job":"a-1"}"#, as: "auditor")
    #expect(other.text("status") == "applied" && other.number("points_available") == 5_004, "\(other)")
    #expect(try desk.ask(#"{"op":"approve","id":"p-3","job":"a-1"}"#, as: "auditor").error == "not_pending")
    #expect(try desk.ask(#"{"op":"approve","id":"p-4","job":"none"}"#, as: "auditor").error == "unknown_job")
    #expect(
      try desk.fleet.rows("SELECT points, booked_by, reason FROM puhui.ledger WHERE kind = 'adjustment'") == [
        "5000|admin|goodwill"
      ])
    try finish(desk, worker)
  }

  @Test(.timeLimit(.minutes(30)))
  func `a reversal takes points back, into debt, and later points pay it`() throws {
    let (desk, worker) = try start(["r-1": 100])
    try desk.ask(restock("s-1", "coupon", (1...8).map { "A-\($0)" }))
    #expect(try desk.ask(redeem("j-1", "r-1", "coupon", 8)).isOK)
    try desk.fleet.push(
      [
        #"{"id":"back","resident":"r-1","reverses":"charge-r-1","ended_at":"2022-11-03T10:00:00+08:00"}"#
      ], partner: "kuaidian")
    try desk.fleet.waitForOutcomes(2, [worker])
    let debt = try desk.ask(#"{"op":"balance","id":"b-1","resident":"r-1"}"#)
    #expect(debt.number("points_available") == 0 && debt.number("points_debt") == 400, "\(debt)")
    #expect(debt.text("title") == "green-newcomer", "a reversal takes the title: \(debt)")
    #expect(try desk.ask(redeem("j-2", "r-1", "coupon", 1)).error == "in_debt")
    #expect(try desk.ask(adjust("a-1", "r-1", 450)).number("points_available") == 50)
    #expect(
      try desk.fleet.rows("SELECT kind, title FROM puhui.ledger WHERE kind = 'title' ORDER BY entry_id") == [
        "title|low-carbon-master", "title",
      ])
    try finish(desk, worker)
  }

  @Test(.timeLimit(.minutes(30)))
  func `a typing error is answered with what was wrong`() throws {
    let (desk, worker) = try start([:])
    try desk.push([#"{"op":"balance","id":"b-1" "resident":"r-1"}"#])
    let malformed = try desk.take("malformed")
    #expect(malformed.error == "malformed_json" && malformed.message.contains("byte 27"), "\(malformed)")
    let missing = try desk.ask(#"{"op":"redeem","id":"j-1","reward":"coupon"}"#)
    #expect(missing.error == "missing_field" && missing.message.contains("resident"), "\(missing)")
    let unknown = try desk.ask(#"{"op":"reedem","id":"j-2","resident":"r-1","reward":"coupon"}"#)
    #expect(unknown.error == "unknown_op" && unknown.message.contains("redeem"), "\(unknown)")
    let reward = try desk.ask(redeem("j-3", "r-1", "coupons", 1))
    #expect(reward.error == "unknown_reward" && reward.message.contains("coupon"), "\(reward)")
    let resident = try desk.ask(redeem("j-4", "r-1", "coupon", 1))
    #expect(resident.error == "unknown_resident", "\(resident)")
    try finish(desk, worker)
  }

  @Test(.timeLimit(.minutes(30)))
  func `an erased resident is gone, the sums stay, and nothing more is taken for it`() throws {
    let (desk, worker) = try start(["r-1": 10, "r-2": 10])
    let export = try desk.ask(#"{"op":"export","id":"e-1","resident":"r-1"}"#)
    #expect((export.object("data")["entries"] as? [Any])?.isEmpty == false, "\(export)")
    let before = try desk.fleet.rows("SELECT * FROM puhui.totals")
    #expect(try desk.ask(#"{"op":"erase","id":"e-2","resident":"r-1"}"#).text("status") == "erased")
    #expect(try desk.fleet.rows("SELECT * FROM puhui.totals") == before)
    #expect(try desk.ask(#"{"op":"balance","id":"b-1","resident":"r-1"}"#).error == "resident_erased")
    #expect(try desk.ask(#"{"op":"export","id":"e-1","resident":"r-1"}"#).error == "resident_erased")
    try desk.charge(["r-1": 10])
    try desk.fleet.push(
      [
        #"{"id":"new","resident":"r-1","behaviour":"no-cutlery-order","ended_at":"2022-11-02T10:00:00+08:00"}"#
      ], partner: "eleme")
    try desk.fleet.waitForOutcomes(4, [worker])
    #expect(
      try desk.fleet.rows("SELECT activity_id, reason, resident, payload FROM puhui.rejections ORDER BY 1") == [
        "charge-r-1|resident_erased", "new|resident_erased",
      ])
    #expect(try desk.fleet.value("SELECT count(*) FROM puhui.residents WHERE resident = 'r-1'") == "0")
    try finish(desk, worker)
  }

  @Test(.timeLimit(.minutes(30)))
  func `points that ended expire once, with an entry, and cannot be spent before that`() throws {
    let (desk, worker) = try start(["r-1": 100, "r-2": 100, "r-3": 100])
    // As if they had been earned long ago; the last one ends today.
    var connection = try desk.fleet.connectPostgres()
    _ = try connection.query(
      """
      UPDATE puhui.account SET lots = ARRAY[((now() AT TIME ZONE 'Asia/Shanghai')::date - date '1970-01-01'
        - CASE resident WHEN 'r-3' THEN 0 ELSE 1 END)::bigint << 40 | 460]
      """)
    let refused = try desk.ask(redeem("j-1", "r-1", "coupon", 1))
    #expect(refused.error == "insufficient_points" && refused.message.contains("0 are available"), "\(refused)")
    let soon = try desk.fleet.program.run(["points", "expiring", "--days", "0", "--csv"]).output
    #expect(soon.contains("r-3,460") && !soon.contains("r-2"), "\(soon)")
    for _ in 1...2 { try desk.fleet.succeed(["points", "expire", "--json"]) }
    #expect(
      try desk.fleet.rows("SELECT resident, points, reason FROM puhui.ledger WHERE kind = 'expiry' ORDER BY 1") == [
        "r-1|-460|unspent", "r-2|-460|unspent",
      ])
    #expect(
      try desk.fleet.rows("SELECT resident, points_available FROM puhui.residents ORDER BY 1") == [
        "r-1|0", "r-2|0", "r-3|460",
      ])
    try finish(desk, worker)
  }

  @Test(.timeLimit(.minutes(30)))
  func `a held activity is credited, or refused, by a review`() throws {
    let (desk, worker) = try start([:])
    try desk.fleet.push(
      ["held-1", "held-2"].map { id in
        #"{"id":"\#(id)","resident":"\#(id)","behaviour":"shared-bike-ride","quantity":45,"unit":"km","#
          + #""started_at":"2022-11-02T08:00:00+08:00","ended_at":"2022-11-02T11:00:00+08:00"}"#
      }, partner: "meituan-bike")
    try desk.fleet.waitForOutcomes(2, [worker])
    #expect(try desk.fleet.rows("SELECT DISTINCT outcome FROM puhui.outcomes") == ["held"])
    let accepted = try desk.ask(review("v-1", "held-1", "accept"))
    #expect(accepted.isOK && accepted.text("outcome") == "credited", "\(accepted)")
    let refused = try desk.ask(review("v-2", "held-2", "refuse"))
    #expect(refused.isOK && refused.text("outcome") == "rejected", "\(refused)")
    #expect(try desk.ask(review("v-3", "held-1", "refuse")).error == "not_pending")
    #expect(try desk.ask(review("v-4", "nothing", "accept")).error == "unknown_activity")
    #expect(
      try desk.fleet.rows("SELECT resident, reduction_mg, points_available FROM puhui.residents ORDER BY 1") == [
        "held-1|11250000|112", "held-2|0|0",
      ])
    #expect(
      try desk.fleet.rows(
        "SELECT received, credited, held, rejected FROM puhui.partner_counts WHERE partner = 'meituan-bike'")
        == ["2|1|0|1"])
    try finish(desk, worker)
  }

  // MARK: Words

  private func start(_ charges: [String: Int], catalogue: String? = nil) throws -> (JobDesk, PuhuiProgram.Worker) {
    let desk = JobDesk(fleet: try FleetFixture(catalogue: catalogue))
    let worker = try desk.fleet.program.start(["all", "--lanes", "1"])
    try desk.charge(charges)
    try desk.fleet.waitForOutcomes(charges.count, [worker])
    return (desk, worker)
  }

  private func finish(_ desk: JobDesk, _ worker: PuhuiProgram.Worker) throws {
    #expect(try desk.audit() == "ok")
    #expect(worker.stop() == 0, "\(worker.logText)")
  }

  private func redeem(_ id: String, _ resident: String, _ reward: String, _ quantity: Int) -> String {
    #"{"op":"redeem","id":"\#(id)","resident":"\#(resident)","reward":"\#(reward)","quantity":\#(quantity)}"#
  }

  private func restock(_ id: String, _ reward: String, _ codes: [String]) -> String {
    #"{"op":"restock","id":"\#(id)","reward":"\#(reward)","codes":["\#(codes.joined(separator: #"",""#))"]}"#
  }

  private func adjust(_ id: String, _ resident: String, _ points: Int) -> String {
    #"{"op":"adjust","id":"\#(id)","resident":"\#(resident)","points":\#(points),"reason":"goodwill"}"#
  }

  private func review(_ id: String, _ activity: String, _ decision: String) -> String {
    #"{"op":"review","id":"\#(id)","partner":"meituan-bike","activity":"\#(activity)","decision":"\#(decision)","#
      + #""reason":"spoke with the resident"}"#
  }
}
