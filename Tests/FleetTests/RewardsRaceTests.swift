import Foundation
import TestServers
import Testing

/// Several administrators and several workers at once, and workers that die.
@Suite struct RewardsRaceTests {
  @Test(.timeLimit(.minutes(30)))
  func `of two administrators who redeem the last unit or the last points at once, one succeeds, a thousand times`()
    throws
  {
    let desk = JobDesk(fleet: try FleetFixture())
    let workers = try (1...2).map { _ in try desk.fleet.program.start(["rewards"]) }
    let scoring = try desk.fleet.program.start(["all", "--lanes", "1"])
    let residents = (1...1_000).map { "r-\($0)" }
    // 50 points each, of 11 kWh: the price of one coupon. And for every second one there is no coupon.
    try desk.charge(Dictionary(uniqueKeysWithValues: residents.map { ($0, 11) }))
    try desk.fleet.waitForOutcomes(1_000, [scoring])
    try desk.push([
      #"{"op":"restock","id":"stock","reward":"coupon","codes":[\#((1...500).map { #""C-\#($0)""# }.joined(separator: ","))]}"#
    ])
    #expect(try desk.take("stock").isOK)
    try desk.push(residents.map { redeem("a-\($0)", $0) }, to: "jobs:admin")
    try desk.push(residents.map { redeem("b-\($0)", $0) }, to: "jobs:auditor")
    var winners = 0
    for resident in residents {
      let replies = try ["a", "b"].map { try desk.take("\($0)-\(resident)", workers) }
      let won = replies.filter(\.isOK)
      #expect(won.count <= 1, "both got a coupon: \(replies)")
      for reply in replies where !reply.isOK {
        #expect(["insufficient_points", "out_of_stock"].contains(reply.error), "\(reply)")
      }
      winners += won.count
    }
    #expect(winners == 500)
    #expect(
      try desk.fleet.rows("SELECT available, held, captured FROM puhui.reward_stock WHERE reward = 'coupon'") == [
        "0|0|500"
      ])
    #expect(try desk.fleet.value("SELECT count(DISTINCT job_id) FROM puhui.reward_code") == "500")
    #expect(try desk.audit() == "ok")
    for worker in workers + [scoring] { #expect(worker.stop() == 0, "\(worker.logText)") }
  }

  @Test(.timeLimit(.minutes(30)))
  func `every job pushed twice at once has one effect and two equal answers`() throws {
    let desk = JobDesk(fleet: try FleetFixture())
    let workers = try (1...2).map { _ in try desk.fleet.program.start(["rewards"]) }
    let scoring = try desk.fleet.program.start(["all", "--lanes", "1"])
    try desk.charge(["r-1": 110, "r-2": 110])
    try desk.fleet.waitForOutcomes(2, [scoring])
    var effects = 0
    for round in 1...150 {
      let job =
        switch round % 3 {
        case 0: #"{"op":"adjust","id":"j-\#(round)","resident":"r-1","points":7,"reason":"gift"}"#
        case 1: #"{"op":"restock","id":"j-\#(round)","reward":"coupon","codes":["C-\#(round)"]}"#
        default: redeem("j-\(round)", "r-2")
        }
      // On the two lists at once; each answer goes to the same reply list, one in place of the other.
      try desk.push([job], to: "jobs:admin")
      try desk.push([job], to: "jobs:auditor")
      let first = try desk.take("j-\(round)", workers)
      try desk.push([job], to: "jobs:admin")
      #expect(try desk.take("j-\(round)", workers) == first)
      effects += first.isOK ? 1 : 0
    }
    #expect(
      try desk.fleet.value("SELECT count(*) FROM puhui.account_entry WHERE kind = 5") == "50", "of 50 adjustments")
    #expect(try desk.fleet.value("SELECT count(*) FROM puhui.reward_code") == "50", "of 50 restocks")
    #expect(
      try desk.fleet.value("SELECT count(*) FROM puhui.redemptions WHERE status = 'captured'") == "\(effects - 100)")
    #expect(try desk.audit() == "ok")
    for worker in workers + [scoring] { #expect(worker.stop() == 0, "\(worker.logText)") }
  }

  @Test(
    .timeLimit(.minutes(30)),
    arguments: [
      "after-claim", "after-parse", "before-begin", "after-rows", "before-commit", "after-commit", "after-trim",
    ])
  func `a worker that dies at any point leaves every job answered once, or the same again`(point: String) throws {
    let catalogue = try FleetFixture.catalogue {
      $0.replacing("answer_within: 24 hours", with: "answer_within: 1 second")
    }
    let desk = JobDesk(fleet: try FleetFixture(catalogue: catalogue))
    let scoring = try desk.fleet.program.start(["score", "--lanes", "1"])
    let ingest = try desk.fleet.program.start(["ingest", "--lanes", "1"])
    try desk.charge(["r-1": 110, "r-2": 110, "r-3": 110])
    try desk.fleet.waitForOutcomes(3, [scoring, ingest])
    var answered: [String: JobDesk.Reply] = [:]
    for round in 1...6 {
      let jobs = [
        #"{"op":"restock","id":"s-\#(round)","reward":"green-consumption-voucher","quantity":2}"#,
        #"{"op":"redeem","id":"v-\#(round)","resident":"r-1","reward":"green-consumption-voucher"}"#,
        #"{"op":"adjust","id":"a-\#(round)","resident":"r-2","points":\#(round),"reason":"gift"}"#,
      ]
      try desk.push(jobs)
      let dying = try desk.fleet.program.start(["rewards"], environment: ["PUHUI_FAILPOINT": "rewards.\(point):1:kill"])
      dying.waitForEnd()
      // Confirm and time-out race each other.
      if round > 1 {
        try desk.push(
          [#"{"op":"confirm","id":"c-\#(round)","redemption":"v-\#(round - 1)"}"#], to: "fulfilled:commerce")
      }
      let next = try desk.fleet.program.start(["rewards"])
      for id in ["s-\(round)", "v-\(round)", "a-\(round)"] { answered[id] = try desk.take(id, [next]) }
      try desk.push(jobs)
      for id in ["s-\(round)", "v-\(round)", "a-\(round)"] {
        #expect(try desk.take(id, [next]) == answered[id], "answered otherwise after a death \(point)")
      }
      #expect(next.stop() == 0, "\(next.logText)")
    }
    let last = try desk.fleet.program.start(["rewards"])
    try desk.fleet.waitFor(
      "SELECT count(*) FROM puhui.redemptions WHERE settled_at IS NULL", toBe: "0", [last])
    #expect(
      try desk.fleet.value("SELECT sum(points) FROM puhui.ledger WHERE kind = 'adjustment'") == "21",
      "adjustments were lost, or applied twice")
    #expect(try desk.audit() == "ok")
    for worker in [scoring, ingest, last] { #expect(worker.stop() == 0, "\(worker.logText)") }
  }

  @Test(.timeLimit(.minutes(30)))
  func `a job that kills its workers is given up, and the others are answered`() throws {
    let desk = JobDesk(fleet: try FleetFixture(environment: ["PUHUI_FAILPOINT": "poison-rewards=j-2:kill"]))
    try desk.push((1...3).map { #"{"op":"restock","id":"j-\#($0)","reward":"shopping-card","codes":["C-\#($0)"]}"# })
    var deaths = 0
    var last = try desk.fleet.program.start(["rewards"])
    while try desk.elements(of: "jobs:admin").count > 0 || desk.elements(of: "reply:j-3").isEmpty {
      guard !last.isRunning else {
        usleep(5_000)
        continue
      }
      deaths += 1
      guard deaths < 30 else { throw TestFailure("30 workers died: \(last.logText)") }
      last = try desk.fleet.program.start(["rewards"])
    }
    #expect(deaths == 6, "three together, three alone")
    let answers = try (1...3).map { try desk.take("j-\($0)") }
    #expect(answers.map(\.isOK) == [true, false, true] && answers[1].error == "internal", "\(answers)")
    #expect(try desk.fleet.rows("SELECT code FROM puhui.reward_code ORDER BY 1") == ["C-1", "C-3"])
    #expect(last.stop() == 0, "\(last.logText)")
  }

  private func redeem(_ id: String, _ resident: String) -> String {
    #"{"op":"redeem","id":"\#(id)","resident":"\#(resident)","reward":"coupon"}"#
  }
}
