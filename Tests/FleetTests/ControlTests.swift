import Foundation
import Messages
import Queues
import RedisClient
import TestServers
import Testing

/// `puhui pause`, `resume` and `drain` on the running fleet.
@Suite struct ControlTests {
  private static func order(_ id: String, _ resident: String) -> String {
    #"{"id":"\#(id)","resident":"\#(resident)","behaviour":"no-cutlery-order","ended_at":"2022-11-29T12:01:00+08:00"}"#
  }

  private func orders(_ numbers: Range<Int>, _ name: String) -> [String] {
    numbers.map { Self.order("\(name)-\($0)", "\(name)-r-\($0)") }
  }

  private func received(_ partner: String, _ fleet: FleetFixture) throws -> String {
    try fleet.value("SELECT coalesce(sum(received), 0) FROM puhui.partner_counts WHERE partner = '\(partner)'")
  }

  private func length(_ list: String, _ fleet: FleetFixture) throws -> Int64 {
    var redis = try fleet.connectRedis()
    return try redis.command(["LLEN", .string(list)]).integer()
  }

  @Test func `a paused inbox waits through restarts of workers and of Redis, and the others go on`() throws {
    let redis = try RedisServer()
    let fleet = try FleetFixture(redis: redis)
    let inbox = fleet.keys.inbox("eleme")
    #expect(try fleet.succeed(["pause", "in:eleme", "--dry-run"]).contains("would be paused"))
    #expect(try fleet.succeed(["pause", "in:eleme"]) == "\(inbox): paused; 0 elements wait\n")
    #expect(try fleet.succeed(["pause", inbox]).contains("was paused already"))
    try fleet.push(orders(0..<50, "e"), partner: "eleme")
    try fleet.push(orders(0..<50, "m"), partner: "meituan-bike")
    var worker = try fleet.program.start(["all", "--lanes", "2"])
    try fleet.waitForOutcomes(50, [worker])
    try redis.restart()
    try fleet.push(orders(50..<80, "m"), partner: "meituan-bike")
    try fleet.waitForOutcomes(80, [worker])
    worker.kill()
    worker = try fleet.program.start(["all", "--lanes", "2"])
    try fleet.push(orders(80..<100, "m"), partner: "meituan-bike")
    try fleet.waitForOutcomes(100, [worker])
    #expect(try received("eleme", fleet) == "0")
    #expect(try length(inbox, fleet) == 50)
    let status = try fleet.succeed(["status"])
    #expect(status.contains("Paused") && status.contains(inbox) && status.contains("50 elements wait"), "\(status)")
    let stuck = try fleet.program.run(["drain", "in:eleme"])
    #expect(stuck.status == 1 && stuck.errors.contains("is paused"), "\(stuck.errors)")

    #expect(try fleet.succeed(["resume", "in:eleme"]).contains("resumed"))
    try fleet.waitForOutcomes(150, [worker])
    #expect(try !fleet.succeed(["status"]).contains("Paused"))
    #expect(worker.stop() == 0, "\(worker.logText)")
    redis.stop()
  }

  @Test func `a paused shard keeps its blocks, and takes more for longer than any block may wait`() throws {
    let fleet = try FleetFixture()
    let shard = 5
    let list = fleet.keys.score(shard)
    try fleet.succeed(["pause", "score:05"])
    var worker = try fleet.program.start(["all", "--lanes", "2"])
    let residents = (0..<200).map { "x-r-\($0)" }
    let inside = residents.count { ShardMap.shard(ofResident: $0) == shard }
    #expect(inside > 1)
    try fleet.push(orders(0..<200, "x"), partner: "eleme")
    try fleet.waitForOutcomes(200 - inside, [worker])
    // Past the time that a list of blocks is bounded to.
    let bound = 2_000
    let deadline = ContinuousClock.now + .seconds(300)
    while try oldestMs(list, fleet) <= bound {
      guard ContinuousClock.now < deadline else { throw TestFailure("the blocks are gone: \(worker.logText)") }
      usleep(50_000)
    }
    for part in 0..<3 {
      let before = try Int(received("eleme", fleet)) ?? 0
      try fleet.push(
        orders(0..<200, "x").map { $0.replacingOccurrences(of: "x-", with: "y\(part)-") }, partner: "eleme")
      let more = (0..<200).count { ShardMap.shard(ofResident: "y\(part)-r-\($0)") != shard }
      try fleet.waitForOutcomes(before + more, [worker])
    }
    worker.kill()
    #expect(try length(list, fleet) > 0)
    worker = try fleet.program.start(["all", "--lanes", "2"])
    try fleet.succeed(["drain", "--all-inboxes", "--timeout", "600"])
    #expect(try length(list, fleet) > 0)
    try fleet.succeed(["resume", "score:05"])
    try fleet.succeed(["drain", "--all-shards", "--timeout", "600"])
    #expect(
      try fleet.rows("SELECT received, credited FROM puhui.partner_counts WHERE partner = 'eleme'") == ["800|800"])
    #expect(worker.stop() == 0, "\(worker.logText)")
  }

  private func oldestMs(_ list: String, _ fleet: FleetFixture) throws -> Int {
    let object = try JSONSerialization.jsonObject(with: Data(try fleet.succeed(["status", "--json"]).utf8))
    let shards = try #require((object as? [String: Any])?["shards"] as? [[String: Any]])
    let shard = try #require(shards.first { $0["list"] as? String == list })
    #expect(shard["paused_ms"] is Int)
    return shard["oldest_ms"] as? Int ?? 0
  }

  @Test func `a drain waits for what stood in the list, and pauses it then if asked`() throws {
    let fleet = try FleetFixture()
    try fleet.push(orders(0..<3_000, "e"), partner: "eleme")
    #expect(
      try fleet.succeed(["drain", "in:eleme", "--dry-run", "--pause"]).contains(
        "would wait for 3,000 elements, then pause it"))
    let early = try fleet.program.run(["drain", "in:eleme", "--timeout", "0"])
    #expect(early.status == 1 && early.errors.contains("3,000 elements have not left"), "\(early.errors)")
    let worker = try fleet.program.start(["all", "--lanes", "2"])
    let said = try fleet.succeed(["drain", "in:eleme", "--pause", "--json", "--timeout", "600"])
    let drains = try #require(JSONSerialization.jsonObject(with: Data(said.utf8)) as? [[String: Any]])
    #expect(drains[0]["elements"] as? Int == 3_000 && drains[0]["left"] as? Int == 0, "\(said)")
    #expect(drains[0]["paused"] as? Bool == true, "\(said)")
    try fleet.push(orders(3_000..<3_010, "e"), partner: "eleme")
    #expect(try fleet.succeed(["drain", "--all-shards", "--timeout", "600"]).contains("elements have left"))
    #expect(try received("eleme", fleet) == "3000")
    #expect(try length(fleet.keys.inbox("eleme"), fleet) == 10)
    try fleet.succeed(["resume", "--all-inboxes"])
    try fleet.waitForOutcomes(3_010, [worker])
    #expect(worker.stop() == 0)
  }

  @Test func `lists that no worker reads are refused with what may have been meant`() throws {
    let fleet = try FleetFixture()
    for (list, meant) in [("in:meituan-bikes", "in:meituan-bike"), ("score:5", "score:05"), ("scoer:07", "score:07")] {
      let ended = try fleet.program.run(["pause", list])
      #expect(ended.status == 1 && ended.errors.contains("did you mean \"\(meant)\"?"), "\(ended.errors)")
    }
    #expect(try fleet.program.run(["pause"]).status == 2)
    #expect(try fleet.program.run(["drain", "in:eleme", "--timeout=-1"]).status == 2)
    let all = try fleet.succeed(["pause", "--all-shards", "--json"])
    let changes = try #require(JSONSerialization.jsonObject(with: Data(all.utf8)) as? [[String: Any]])
    #expect(changes.count == 32 && changes.allSatisfy { $0["changed"] as? Bool == true })
  }
}
