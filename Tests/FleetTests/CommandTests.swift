import Foundation
import TestServers
import Testing

/// What the commands answer, and how they fail.
@Suite struct CommandTests {
  @Test func `a statement shows running totals, and what was not credited and why`() throws {
    let fleet = try FleetFixture()
    let order = { (id: String, minute: String) in
      #"{"id":"\#(id)","resident":"r-9","behaviour":"no-cutlery-order","ended_at":"2022-11-29T12:\#(minute):00+08:00"}"#
    }
    try fleet.push(
      (1...3).map { order("o-\($0)", "0\($0)") } + [
        #"{"id":"o-4","resident":"r-9","behaviour":"fly","quantity":1,"unit":"km","ended_at":"2022-11-29T13:00:00+08:00"}"#
      ], partner: "eleme")
    try fleet.process(4)
    let text = try fleet.succeed(["statement", "r-9"])
    for expected in ["137.16 g in 3 actions", "无需餐具", "91.44 g", "1 order", "unknown_behaviour", "绿色新人"] {
      #expect(text.contains(expected), "no \"\(expected)\" in\n\(text)")
    }
    let object = try JSONSerialization.jsonObject(with: Data(try fleet.succeed(["statement", "r-9", "--json"]).utf8))
    let statement = try #require(object as? [String: Any])
    let entries = try #require(statement["entries"] as? [[String: Any]])
    #expect(entries.compactMap { $0["running_mg"] as? Int } == [45_720, 91_440, 137_160])
    #expect(entries.compactMap { $0["points"] as? Int } == [0, 0, 1])
    let csv = try fleet.succeed(["statement", "r-9", "--csv"])
    #expect(csv.split(separator: "\r\n").count == 4)
    #expect(try fleet.program.run(["statement", "nobody"]).status == 1)
  }

  @Test func `a report adds up by every dimension`() throws {
    let fleet = try FleetFixture()
    let ride = { (id: Int) in
      #"{"id":"m-\#(id)","resident":"r-\#(id % 3)","behaviour":"shared-bike-ride","quantity":\#(id).5,"unit":"km","region":"14010\#(id % 2 + 5)","ended_at":"2022-11-\#(10 + id)T08:00:00+08:00"}"#
    }
    try fleet.push((1...6).map(ride), partner: "meituan-bike")
    try fleet.process(6)
    for dimension in ["day", "month", "category", "behaviour", "partner", "region"] {
      let object = try JSONSerialization.jsonObject(
        with: Data(try fleet.succeed(["report", "--by", dimension, "--json"]).utf8))
      let report = try #require(object as? [String: Any])
      let lines = try #require(report["lines"] as? [[String: Any]])
      // 1.5 + … + 6.5 km are 24 km.
      #expect(lines.compactMap { $0["reduction_mg"] as? Int }.reduce(0, +) == 6_000_000, "by \(dimension)")
      #expect((report["total"] as? [String: Any])?["residents"] as? Int == 3, "by \(dimension)")
    }
    #expect(try fleet.succeed(["report", "--partner", "eleme"]).contains("0 g"))
    #expect(try fleet.succeed(["report", "--by", "category"]).contains("行 Transport"))
  }

  @Test func `outcome says how a message ended, and waits for it if asked`() throws {
    let fleet = try FleetFixture()
    try fleet.push(
      [
        #"{"id":"a","resident":"r","behaviour":"ev-charging","quantity":1,"unit":"kWh","ended_at":"2022-11-29T08:00:00+08:00"}"#
      ],
      partner: "kuaidian")
    #expect(try fleet.program.run(["outcome", "kuaidian", "a"]).status == 1)
    let worker = try fleet.program.start(["all", "--lanes", "1"])
    #expect(
      try fleet.succeed(["outcome", "kuaidian", "a", "--wait", "600"]).hasPrefix(
        "kuaidian a: credited, 460 g, 4 points")
    )
    #expect(worker.stop() == 0)
  }

  struct Failing: CustomTestStringConvertible {
    var arguments: [String]
    var status: Int32
    var says: String
    var testDescription: String { arguments.joined(separator: " ") }
  }

  static let failing: [Failing] = [
    .init(arguments: ["flie"], status: 2, says: "flie"),
    .init(arguments: ["report", "--by", "colour"], status: 2, says: "colour"),
    .init(arguments: ["statement", "r", "--from", "yesterday"], status: 2, says: "yesterday"),
    .init(
      arguments: ["status", "--postgres", "postgresql:///none?host=/nowhere"], status: 69,
      says: "PostgreSQL is unavailable"),
    .init(
      arguments: ["push", "--partner", "eleme", "--redis", "redis://127.0.0.1:1/0", "-"], status: 69,
      says: "Redis is unavailable"),
    .init(arguments: ["status", "--redis", "http://x"], status: 78, says: "Redis URL"),
    .init(arguments: ["all", "--lanes", "0"], status: 78, says: "lanes"),
    .init(arguments: ["catalogue", "check", "/nowhere.yaml"], status: 78, says: "cannot be read"),
    .init(arguments: ["migrate", "--config", "/nowhere"], status: 78, says: "settings file"),
  ]

  @Test(arguments: failing)
  func `a failing command says in one line what is wrong`(_ failing: Failing) throws {
    let program = PuhuiProgram(environment: [
      "PUHUI_REDIS_URL": try RedisServer.shared.get().url,
      "PUHUI_POSTGRES_URL": try PostgresServer.shared.makeDatabase(),
    ])
    let ended = try program.run(failing.arguments, input: "")
    #expect(ended.status == failing.status, "\(ended.errors)")
    #expect(ended.errors.contains(failing.says), "\(ended.errors)")
  }

  @Test func `workers refuse to start without schema or catalogue, and say what to do`() throws {
    let url = try PostgresServer.shared.makeDatabase()
    let program = PuhuiProgram(environment: [
      "PUHUI_REDIS_URL": try RedisServer.shared.get().url, "PUHUI_POSTGRES_URL": url,
    ])
    let bare = try program.run(["score"])
    #expect(bare.status == 78 && bare.errors.contains("puhui migrate"), "\(bare.errors)")
    #expect(try program.run(["migrate"]).status == 0)
    #expect(try program.run(["migrate"]).output.contains("nothing to do"))
    let empty = try program.run(["score"])
    #expect(empty.status == 78 && empty.errors.contains("puhui catalogue apply"), "\(empty.errors)")
  }

  @Test func `a catalogue with a fault changes nothing, and every fault is named with its line`() throws {
    let fleet = try FleetFixture()
    let text = try String(contentsOfFile: FleetFixture.defaultCatalogue, encoding: .utf8)
    let ended = try fleet.program.run(
      ["catalogue", "apply", "-"], input: text.replacingOccurrences(of: "per_event: true", with: "per_evnt: true"))
    #expect(ended.status == 78 && ended.errors.contains("per_event"), "\(ended.errors)")
    #expect(try fleet.succeed(["catalogue", "show", "--history", "--json"]).contains(#""version":1"#))
    #expect(try fleet.value("SELECT count(*) FROM puhui.catalogue_version") == "1")
    #expect(try fleet.succeed(["catalogue", "apply", FleetFixture.defaultCatalogue]).contains("nothing to do"))
    let changed = try fleet.program.run(
      ["catalogue", "apply", "-"], input: text.replacingOccurrences(of: "45.72", with: "45.73"))
    #expect(changed.status == 78 && changed.errors.contains("new version"), "\(changed.errors)")
  }

  @Test func `the policy of rewards is shown to programs`() throws {
    let shown = try PuhuiProgram(environment: [:]).run(
      ["catalogue", "show", "--file", FleetFixture.defaultCatalogue, "--json"])
    for expected in [
      #"{"code":"shanxi-tourism-pass","kind":"partner","points":1000,"partner":"culture-and-tourism","#
        + #""answer_within_seconds":86400,"valid_from":null,"valid_to":null,"limit_quantity":1,"limit_per":"year","#
        + #""budget_points":null,"approval_above_points":null}"#,
      #""redemption":{"points_expire_after_months":12,"grace_days":7,"adjustment_approval_above_points":1000,"#
        + #""approval_within_seconds":259200}"#,
    ] {
      #expect(shown.output.contains(expected), "\(shown.output)\(shown.errors)")
    }
  }

  @Test func `help fits a screen and shows examples`() throws {
    let help = try PuhuiProgram(environment: [:]).run(["--help"])
    #expect(help.status == 0)
    #expect(help.output.split(separator: "\n", omittingEmptySubsequences: false).count <= 48, "\(help.output)")
    #expect(help.output.contains("puhui statement r-1"))
    for command in [
      "ingest", "score", "all", "migrate", "catalogue", "status", "doctor", "audit", "pause", "resume", "drain", "dead",
      "outcome", "statement", "certificate", "report", "gaps", "points", "job", "push", "simulate",
    ] {
      let own = try PuhuiProgram(environment: [:]).run([command, "--help"])
      #expect(own.status == 0 && own.output.contains("xample"), "\(command): \(own.output)")
    }
  }
}
