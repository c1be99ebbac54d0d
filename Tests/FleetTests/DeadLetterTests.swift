import Foundation
import Ledger
import Messages
import PostgresClient
import TestServers
import Testing

/// Dead letters from the booking on: what is known of them, and that each message keeps exactly one outcome.
@Suite struct DeadLetterTests {
  private let malformed = #"{"id":"m-9","resident":"r-9""#

  @Test(.timeLimit(.minutes(30)))
  func `retried letters become what they are worth, and counts and views stay exact before, during and after`() throws {
    let yard = Graveyard(fleet: try FleetFixture())
    let fleet = yard.fleet
    try yard.bury([
      .init(rideMessage("m-1", "r-1")), .init(rideMessage("m-2", "r-2", kilometres: "500")), .init(malformed),
      .init(rideMessage("m-4", "r-4")), .init(rideMessage("m-5", "r-5")), .init(rideMessage("m-6", "r-6")),
    ])
    try yard.score()
    let dead = Array(repeating: "-|rejected|poison", count: 6)
    #expect(try yard.outcomes() == dead)
    #expect(try yard.counts() == ["received": 6, "rejected": 6])
    #expect(try fleet.succeed(["status"]).contains("6 letters are open"))
    #expect(try fleet.succeed(["status", "--json"]).contains(#""dead_letters":6"#))
    #expect(try yard.list().allSatisfy { $0["state"] as? String == "buried" && $0["stage"] as? String == "ingest" })

    // Two of them are pushed again by their partner meanwhile, one with other content.
    try fleet.push([rideMessage("m-4", "r-4"), rideMessage("m-5", "r-5", kilometres: "4")], partner: yard.partner)
    try fleet.process(8)
    #expect(try yard.counts() == ["received": 8, "rejected": 6, "credited": 2])

    let preview = try fleet.succeed(["dead", "retry", "--all", "--dry-run"])
    #expect(preview.contains("would be judged again, as m-1") && preview.contains("malformed_json"), "\(preview)")
    #expect(try fleet.value("SELECT count(*) FROM puhui.dead_letter WHERE changed_by IS NOT NULL") == "0")

    // On their way they are what they were.
    #expect(try fleet.succeed(["dead", "retry", "--all"]).hasPrefix("6 dead letters are on their way"))
    #expect(try yard.counts() == ["received": 8, "rejected": 6, "credited": 2])
    try yard.score()
    #expect(
      try yard.outcomes() == [
        "-|rejected|malformed_json", "m-1|credited", "m-2|rejected|implausible_quantity", "m-4|credited",
        "m-5|conflict|same_id_other_content", "m-5|credited", "m-6|credited",
      ])
    #expect(
      try yard.counts() == ["received": 8, "credited": 4, "rejected": 2, "duplicate": 1, "conflict": 1])
    #expect(
      try fleet.rows("SELECT activity_id, reason, resident FROM puhui.rejections ORDER BY reason") == [
        "m-2|implausible_quantity|r-2", "malformed_json",
      ])
    #expect(try fleet.value("SELECT count(*) FROM puhui.rejections WHERE payload IS NOT NULL") == "2")
    #expect(try yard.list().isEmpty && yard.list(["--state", "retried"]).count == 6)
    #expect(try fleet.succeed(["status", "--json"]).contains(#""dead_letters":0"#))
    try fleet.succeed(["audit"])
    #expect(try fleet.succeed(["outcome", yard.partner, "m-2"]).contains("rejected, implausible_quantity"))
    #expect(try fleet.succeed(["statement", "r-2"]).contains("implausible_quantity"))
    #expect(!(try fleet.succeed(["statement", "r-1"]).contains("poison")))
    #expect(
      try fleet.value("SELECT sum(reduction_mg) FROM puhui.ledger")
        == fleet.value("SELECT reduction_mg FROM puhui.totals"))
  }

  @Test(.timeLimit(.minutes(30)))
  func `a letter that is retried twice and handed on twice moves once`() throws {
    let yard = Graveyard(fleet: try FleetFixture())
    try yard.bury((0..<40).map { .init(rideMessage("m-\($0)", "r-\($0 % 7)", kilometres: "0.5")) })
    try yard.score()
    for _ in 0..<2 { try yard.fleet.succeed(["dead", "retry", "--all", "--yes"]) }
    #expect(try yard.repeatBlocks() >= 4)
    try yard.score()
    let counts = try yard.counts()
    #expect(counts["received"] == 40 && counts["rejected"] == nil && counts["duplicate"] == nil, "\(counts)")
    #expect(try yard.outcomes().count == 40)
    // And once more, when they are closed.
    let names = try yard.names(["--state", "retried", "--limit", "3"])
    let again = try yard.fleet.program.run(["dead", "retry"] + names)
    #expect(again.status == 0 && again.errors.contains("is closed: retried"), "\(again.errors)")
    #expect(try yard.counts() == counts)
  }

  @Test(.timeLimit(.minutes(30)))
  func `killed workers leave exact counts behind a bulk retry`() throws {
    let yard = Graveyard(fleet: try FleetFixture())
    let count = 600
    // Of the inbox's shard go into one batch of burials, and out into all shards.
    try yard.bury((0..<count).map { .init(rideMessage("m-\($0)", "r-\($0)", kilometres: "1")) })
    try yard.score()
    #expect(try yard.counts() == ["received": count, "rejected": count])
    try yard.fleet.succeed(["dead", "retry", "--all", "--yes"])
    _ = try yard.repeatBlocks()
    for round in 1...4 {
      let worker = try yard.fleet.program.start(["score", "--lanes", "2"])
      // Killed somewhere between its first batches, wherever it happens to be.
      let goal = "SELECT count(*) >= \(round * 40) FROM puhui.dead_letter WHERE state = 'retried'"
      let deadline = ContinuousClock.now + .seconds(600)
      while try yard.fleet.value(goal) != "true", ContinuousClock.now < deadline {}
      worker.kill()
      _ = try yard.outcomes()
    }
    try yard.score()
    #expect(try yard.counts() == ["received": count, "credited": count])
    #expect(try yard.outcomes().count == count)
    try yard.fleet.succeed(["audit"])
    #expect(try yard.fleet.value("SELECT count(*) FROM puhui.dead_letter WHERE state = 'retried'") == "\(count)")
  }

  @Test(.timeLimit(.minutes(30)))
  func `a retry waits for its outcome on request, and a message that kills again is buried again`() throws {
    let yard = Graveyard(fleet: try FleetFixture())
    let fleet = yard.fleet
    let burial = Graveyard.Burial(rideMessage("m-1", "r-1"))
    try yard.bury([burial])
    try yard.score()
    var again = burial
    again.detail = "killed 3 more"
    try yard.buryAgain(again, at: 0, shard: ShardMap.shard(ofResident: "r-1"))
    try yard.score()
    #expect(try yard.outcomes() == ["-|rejected|poison"])
    let letter = try #require(try yard.list().first)
    #expect(letter["burials"] as? Int == 2)
    #expect(letter["attempts"] as? [String] == [burial.detail, again.detail])

    let worker = try fleet.program.start(["score", "--lanes", "1"])
    let name = try #require(letter["name"] as? String)
    #expect(try fleet.succeed(["dead", "retry", name, "--wait", "1200"]) == "\(name): credited\n")
    #expect(worker.stop() == 0)
    #expect(try yard.outcomes() == ["m-1|credited"])
  }

  @Test(.timeLimit(.minutes(30)))
  func `a discarded letter stays rejected, also where a retry was on its way, and its payload expires`() throws {
    let yard = Graveyard(fleet: try FleetFixture())
    let fleet = yard.fleet
    try yard.bury([
      .init(rideMessage("m-1", "r-1")), .init(rideMessage("m-2", "r-2"), id: "m-2", resident: "r-2"),
      .init(rideMessage("m-3", "r-3"), id: "m-3", resident: "r-3"),
    ])
    try yard.score()
    try fleet.succeed(["dead", "retry", "--all"])
    #expect(try fleet.succeed(["dead", "discard", "--all", "--id", "m-3", "--dry-run"]).contains("nothing was"))
    for (id, count) in [("m-2", 1), ("m-3", 1), ("m-3", 0)] {
      let said = try fleet.succeed(["dead", "discard", "--all", "--id", id, "--stage", "ingest"])
      #expect(said.hasPrefix("\(count) dead letters"), "\(said)")
    }
    try yard.score()
    #expect(try yard.outcomes() == ["m-1|credited", "m-2|rejected|poison", "m-3|rejected|poison"])

    try yard.bury([.init(rideMessage("m-4", "r-4"))], from: 10)
    try yard.score()
    var postgres = try fleet.connectPostgres()
    #expect(try TotalsFold.expirePayloads(olderThanDays: -1, &postgres) == 3)
    #expect(try fleet.rows("SELECT state FROM puhui.dead_letters WHERE payload IS NOT NULL") == ["buried"])
    let page = try fleet.succeed([
      "dead", "show", try #require(try yard.names(["--id", "m-2", "--state", "any"]).first),
    ])
    #expect(page.contains("discarded") && page.contains("gone"), "\(page)")
  }

  @Test(.timeLimit(.minutes(30)))
  func `what died in scoring is retried with its evidence, and what kills again is buried without its neighbour`()
    throws
  {
    let yard = Graveyard(fleet: try FleetFixture())
    let fleet = yard.fleet
    let messages = ["m-1", "m-2"].enumerated().map { index, id in
      rideMessage(id, "r-1").replacingOccurrences(of: "T08:", with: "T0\(index):")
        .replacingOccurrences(of: "}", with: #","evidence":"bike:\#(id)"}"#)
    }
    let poison = { (id: String) in ["PUHUI_FAILPOINT": "poison-score=\(id):kill"] }
    for (id, message) in zip(["m-1", "m-2"], messages) {
      try fleet.push([message], partner: yard.partner)
      try yard.dieUntilDrained(poison(id))
    }
    #expect(try yard.counts() == ["received": 2, "rejected": 2])
    let dead = try yard.list(["--stage", "score"]).compactMap { $0["activity_id"] as? String }
    #expect(dead.sorted() == ["m-1", "m-2"])

    // Both in one block; one of them still kills.
    try fleet.succeed(["dead", "retry", "--all"])
    try yard.dieUntilDrained(poison("m-1"))
    #expect(try yard.outcomes() == ["m-1|rejected|poison", "m-2|credited"])
    #expect(try yard.counts() == ["received": 2, "rejected": 1, "credited": 1])
    let letters = try yard.list(["--state", "any"])
    #expect(letters.first { $0["activity_id"] as? String == "m-1" }?["burials"] as? Int == 2, "\(letters)")

    // The same message again is the same content: nothing of it was lost in the grave.
    try fleet.push([messages[1]], partner: yard.partner)
    try fleet.process(3)
    #expect(try yard.counts() == ["received": 3, "rejected": 1, "credited": 1, "duplicate": 1])
    try fleet.succeed(["dead", "retry", "--all"])
    try yard.score()
    #expect(try yard.outcomes() == ["m-1|credited", "m-2|credited"])
  }

  @Test func `show tells everything, and nothing from outside commands the terminal`() throws {
    let yard = Graveyard(fleet: try FleetFixture())
    let fleet = yard.fleet
    var binary = Graveyard.Burial("")
    binary.payload = [0x7B, 0xFF, 0x1B, 0x5B, 0x32, 0x4A]
    try yard.bury([binary, .init(rideMessage("m-\u{1B}[2J", "r"), id: nil)])
    try yard.score()
    let names = try yard.names()
    #expect(names.count == 2 && names.allSatisfy { $0.hasPrefix("\(shardText(yard.partner))-meituan-bike-16696") })
    let pages = try names.map { try fleet.succeed(["dead", "show", $0]) }.joined()
    #expect(pages.contains(#"{\xff\x1b[2J"#) && pages.contains(#"m-\u{1b}[2J"#), "\(pages)")
    #expect(pages.contains("killed 3 workers") && pages.contains("position") && !pages.contains("\u{1B}"), "\(pages)")
    let json = try names.map { try fleet.succeed(["dead", "show", $0, "--json"]) }.joined()
    #expect(json.contains(#""payload":null,"payload_hex":"7bff1b5b324a""#), "\(json)")
    #expect(try yard.list(["--since", "2000-01-01", "--until", "2000-01-02"]).isEmpty)
    #expect(try yard.list(["--since", "2022-11-29T08:23:00+08:00", "--partner", yard.partner]).count == 2)
    #expect(try yard.list(["--partner", "eleme"]).isEmpty)
    #expect(try fleet.succeed(["dead", "ls", "--limit", "1"]).contains("1 of 2"))
  }

  @Test func `commands about dead letters say what is wrong`() throws {
    let yard = Graveyard(fleet: try FleetFixture())
    try yard.bury((0..<21).map { .init("\($0)") })
    try yard.score()
    for (arguments, status, words) in [
      (["retry"], 2, "name dead letters"), (["retry", "nonsense"], 2, "no name of a dead letter"),
      (["discard", "--all"], 2, "--yes"), (["retry", "--all"], 2, "21 dead letters"),
      (["show", "07-meituan-bike-1-2-00000000"], 1, "there is no dead letter"),
      (["discard", "07-meituan-bike-1-2-00000000"], 1, "there is no dead letter"),
      (["ls", "--since", "yesterday"], 2, "yesterday"), (["ls", "--stage", "rewards"], 2, "rewards"),
      (["retry", "--all", "--limit", "20", "--wait", "0", "--redis", "redis://127.0.0.1:1/0"], 69, "Redis"),
      (["retry", "--all", "--limit", "20", "--wait", "1"], 1, "not settled yet"),
    ] as [([String], Int32, String)] {
      let ended = try yard.fleet.program.run(["dead"] + arguments)
      #expect(ended.status == status && ended.errors.contains(words), "\(arguments): \(ended.status) \(ended.errors)")
    }
  }

  @Test func `the ledger refuses to lose a dead letter`() throws {
    let yard = Graveyard(fleet: try FleetFixture())
    try yard.bury([.init(malformed)])
    try yard.score()
    var postgres = try yard.fleet.connectPostgres()
    #expect(throws: PostgresError.self) { try postgres.execute("DELETE FROM puhui.dead_letter") }
  }

  private func shardText(_ partner: String) -> String {
    let shard = ShardMap.shard(ofInbox: partner)
    return shard < 10 ? "0\(shard)" : "\(shard)"
  }
}
