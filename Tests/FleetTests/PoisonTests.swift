import Foundation
import TestServers
import Testing

/// A message that kills whoever works on it is found, buried alone, and nobody else with it.
@Suite struct PoisonTests {
  @Test(.timeLimit(.minutes(30)), arguments: ["ingest", "score"])
  func `a message that kills its workers is buried after three deaths alone, and the rest is credited`(
    stage: String
  ) throws {
    let fleet = try FleetFixture(environment: ["PUHUI_FAILPOINT": "poison-\(stage)=m-20:kill"])
    let poison = message(20)
    try fleet.push((1...40).map { $0 == 20 ? poison : message($0) }, partner: "eleme")
    let deaths = try dieUntilBooked(40, fleet)
    #expect(
      try fleet.rows("SELECT outcome, count(*) FROM puhui.outcomes GROUP BY 1 ORDER BY 1") == [
        "credited|39", "rejected|1",
      ])
    let buried = try fleet.rows("SELECT reason, payload, detail FROM puhui.rejections")
    #expect(buried.count == 1 && buried[0].hasPrefix("poison|{"), "\(buried)")
    #expect(buried[0].contains(#""id":"m-20""#) && buried[0].contains("3 workers died"), "\(buried)")
    if stage == "ingest" {
      #expect(buried[0].hasPrefix("poison|\(poison)|"), "not the bytes that were pushed: \(buried)")
    }
    // Three on the batch; three on the message, or first three on its block, and three on the message.
    #expect(deaths == (stage == "ingest" ? 6 : 9), "its workers died \(deaths) times")
    #expect(
      try fleet.rows("SELECT received, credited, rejected FROM puhui.partner_counts WHERE partner = 'eleme'") == [
        "40|39|1"
      ])
  }

  @Test(.timeLimit(.minutes(30)), arguments: ["ingest.before-begin", "score.before-commit", "score.after-commit"])
  func `nobody is buried for deaths outside of the work on a message`(point: String) throws {
    let fleet = try FleetFixture()
    try fleet.push((1...200).map(message), partner: "eleme")
    // Each dies with its batch, and from the fourth on with one message, that it has looked at already.
    for _ in 1...8 {
      let worker = try fleet.program.start(
        ["all", "--lanes", "1"], environment: ["PUHUI_FAILPOINT": "\(point):1:kill"])
      worker.waitForEnd()
    }
    try fleet.process(200, ["all", "--lanes", "1"])
    let outcomes = try fleet.rows("SELECT outcome, min(reason), count(*) FROM puhui.outcomes GROUP BY 1")
    #expect(outcomes == ["credited|200"])
  }

  private func message(_ number: Int) -> String {
    let day = number % 28 + 1
    return #"{"id":"m-\#(number)","resident":"r-\#(number)","behaviour":"no-cutlery-order","#
      + #""ended_at":"2022-11-\#(day < 10 ? "0" : "")\#(day)T12:00:00+08:00"}"#
  }

  /// Starts a worker again whenever one has died, until so many messages have their outcomes.
  ///
  /// - Returns: how many died.
  private func dieUntilBooked(_ count: Int, _ fleet: FleetFixture) throws -> Int {
    var deaths = 0
    while true {
      let worker = try fleet.program.start(["all", "--lanes", "1"])
      while worker.isRunning {
        if try fleet.value("SELECT coalesce(sum(received), 0) FROM puhui.partner_counts") == "\(count)" {
          try fleet.waitUntilDrained([worker])
          #expect(worker.stop() == 0, "\(worker.logText)")
          return deaths
        }
        usleep(5_000)
      }
      deaths += 1
      guard deaths < 30 else { throw TestFailure("30 workers died: \(worker.logText)") }
    }
  }
}
