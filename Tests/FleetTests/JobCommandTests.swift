import Foundation
import Queues
import TestServers
import Testing

/// `puhui job`, with a real Redis and a worker that the tests play.
@Suite struct JobCommandTests {
  /// The arguments of each op, and the job that has to come of them.
  static let ops: [(arguments: [String], job: String)] = [
    (
      ["redeem", "--resident", "r", "--reward", "coupon"],
      #"{"op":"redeem","id":"i","resident":"r","reward":"coupon","quantity":1}"#
    ),
    (["cancel", "--redemption", "j"], #"{"op":"cancel","id":"i","redemption":"j"}"#),
    (
      ["cancel", "--redemption", "j", "--reason", "it's wrong"],
      #"{"op":"cancel","id":"i","redemption":"j","reason":"it's wrong"}"#
    ),
    (["confirm", "--redemption", "j"], #"{"op":"confirm","id":"i","redemption":"j"}"#),
    (
      ["fail", "--redemption", "j", "--reason", "sold out"],
      #"{"op":"fail","id":"i","redemption":"j","reason":"sold out"}"#
    ),
    (
      ["restock", "--reward", "coupon", "--code", "A", "--code", "卡"],
      #"{"op":"restock","id":"i","reward":"coupon","codes":["A","卡"]}"#
    ),
    (
      ["restock", "--reward", "coupon", "--quantity", "7"], #"{"op":"restock","id":"i","reward":"coupon","quantity":7}"#
    ),
    (["balance", "--resident", "r"], #"{"op":"balance","id":"i","resident":"r"}"#),
    (
      ["statement", "--resident", "r", "--from", "2022-11-01"],
      #"{"op":"statement","id":"i","resident":"r","from":"2022-11-01"}"#
    ),
    (["certificate", "--resident", "r", "--name", "王"], #"{"op":"certificate","id":"i","resident":"r","name":"王"}"#),
    (
      ["adjust", "--resident", "r", "--points=-5", "--reason", "x"],
      #"{"op":"adjust","id":"i","resident":"r","points":-5,"reason":"x"}"#
    ),
    (["approve", "--job", "j"], #"{"op":"approve","id":"i","job":"j"}"#),
    (
      ["review", "--partner", "eleme", "--activity", "a", "--decision", "refuse", "--reason", "x"],
      #"{"op":"review","id":"i","partner":"eleme","activity":"a","decision":"refuse","reason":"x"}"#
    ),
    (["export", "--resident", "r"], #"{"op":"export","id":"i","resident":"r"}"#),
    (["erase", "--resident", "r", "--yes"], #"{"op":"erase","id":"i","resident":"r"}"#),
  ]

  @Test func `every op is built, and a dry run shows how redis-cli pushes it`() throws {
    let program = PuhuiProgram(environment: ["PUHUI_REDIS_URL": "redis://127.0.0.1:1/3"])
    for (arguments, job) in Self.ops {
      let ended = try program.run(["job"] + arguments + ["--id", "i", "--dry-run"])
      #expect(ended.status == 0, "\(arguments): \(ended.errors)")
      let quoted = job.replacingOccurrences(of: "'", with: #"'\''"#)
      let redis = "redis-cli -h 127.0.0.1 -p 1 -n 3"
      #expect(
        ended.output
          == "\(job)\n\(redis) LPUSH puhui:jobs:admin '\(quoted)'\n\(redis) BRPOP puhui:reply:i 10\n")
    }
  }

  @Test func `a job is pushed as its administrator, and its reply is shown and stays`() throws {
    let desk = try RewardsStandIn()
    desk.answerOnce(
      desk.keys.jobs("auditor"), #""ok":true,"status":"captured","points":50,"reduction_mg":45720,"codes":["A-1"]"#)
    let ended = try desk.program.run(
      ["job", "redeem", "--resident", "r", "--reward", "coupon", "--as", "auditor", "--id", "i-1", "--wait", "1800"])
    #expect(ended.status == 0, "\(ended.errors)")
    #expect(desk.jobs == [#"{"op":"redeem","id":"i-1","resident":"r","reward":"coupon","quantity":1}"#])
    #expect(
      ended.output == """
        redeem i-1: done
          status        captured
          points        50
          reduction_mg  45.72 g
          codes         A-1

        """)
    let again = try desk.program.run(["job", "reply", "i-1", "--json"])
    #expect(
      again.output
        == #"{"id":"i-1","op":"redeem","ok":true,"status":"captured","points":50,"reduction_mg":45720,"codes":["A-1"]}"#
        + "\n")
  }

  @Test func `an id that was made up is told, and asks the same again`() throws {
    let desk = try RewardsStandIn()
    desk.answerOnce(desk.keys.jobs("admin"), #""ok":true,"status":"awaiting_approval""#)
    let ended = try desk.program.run(
      ["job", "adjust", "--resident", "r", "--points", "5000", "--reason", "x", "--wait", "1800"])
    let id = try #require(ended.errors.firstMatch(of: /this is job (job-[0-9a-f]{16}); --id/)?.1)
    #expect(ended.output.contains("puhui job approve --job \(id) --as"), "\(ended.output)")
    // The earlier reply is not taken for the one to come.
    desk.answerOnce(
      desk.keys.jobs("admin"), #""ok":false,"error":{"code":"id_conflict","message":"other content"}"#)
    let other = try desk.program.run(
      ["job", "balance", "--resident", "r", "--wait", "1800", "--id", String(id)])
    #expect(other.status == 1)
    #expect(other.errors == "puhui: balance \(id) was refused, id_conflict: other content\n")
  }

  @Test func `a refusal ends with 1, for programs with its JSON`() throws {
    let desk = try RewardsStandIn()
    desk.answerOnce(desk.keys.jobs("admin"), #""ok":false,"error":{"code":"in_debt","message":"owes 5 points"}"#)
    let ended = try desk.program.run(
      ["job", "redeem", "--resident", "r", "--reward", "coupon", "--id", "i", "--json", "--wait", "1800"])
    #expect(ended.status == 1)
    #expect(
      ended.output == #"{"id":"i","op":"redeem","ok":false,"error":{"code":"in_debt","message":"owes 5 points"}}"#
        + "\n")
    #expect(ended.errors == "puhui: redeem i was refused, in_debt: owes 5 points\n")
  }

  @Test func `entries are shown as a table, and a certificate's picture goes to a file`() throws {
    let desk = try RewardsStandIn()
    desk.answerOnce(
      desk.keys.jobs("admin"),
      #""ok":true,"entries":[{"kind":"credit","points":1250},{"kind":"title","title":"达人"}],"not_credited":[]"#)
    let statement = try desk.program.run(["job", "statement", "--resident", "r", "--id", "s", "--wait", "1800"])
    #expect(
      statement.output == """
        statement s: done
        entries:
        kind    points  title
        ──────  ──────  ─────
        credit   1,250
        title           达人
          not_credited  none

        """)
    let svg = "<svg>\(String(repeating: " ", count: 500))</svg>"
    desk.answerOnce(desk.keys.jobs("admin"), #""ok":true,"certificate":{"serial":"SX-1"},"svg":"\#(svg)""#)
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).svg")
    defer { try? FileManager.default.removeItem(at: file) }
    let certificate = try desk.program.run(
      ["job", "certificate", "--resident", "r", "--id", "c", "--svg", file.path, "--wait", "1800"])
    #expect(try String(contentsOf: file, encoding: .utf8) == svg)
    #expect(certificate.output.contains(#"certificate  {"serial":"SX-1"}"#), "\(certificate.output)")
    #expect(certificate.output.contains("svg          (511 B; --json shows all of it)"), "\(certificate.output)")
  }

  @Test func `an incentive partner answers on its own list`() throws {
    let desk = try RewardsStandIn()
    let ended = try desk.program.run(
      ["job", "confirm", "--redemption", "j", "--partner", "commerce", "--id", "i", "--wait", "0"])
    #expect(ended.status == 0, "\(ended.errors)")
    #expect(try desk.list(desk.keys.fulfilled("commerce")) == [#"{"op":"confirm","id":"i","redemption":"j"}"#])
  }

  @Test func `where nobody answers, it is said what waits where, and the job stays`() throws {
    let desk = try RewardsStandIn()
    let redeem = ["job", "balance", "--resident", "r", "--wait", "1", "--id"]
    for id in ["i-1", "i-2"] { #expect(try desk.program.run(redeem + [id]).status == 1) }
    let ended = try desk.program.run(redeem + ["i-3"])
    #expect(ended.status == 1)
    for expected in [
      "within 1 s", "it waits in \(desk.keys.jobs("admin")), 2 jobs in front of it",
      "no rewards worker is known to run: start `puhui rewards`", "`puhui job reply i-3 --wait 60`",
    ] {
      #expect(ended.errors.contains(expected), "no \"\(expected)\" in \(ended.errors)")
    }
    #expect(try desk.list(desk.keys.jobs("admin")).count == 3)
    let reply = try desk.program.run(["job", "reply", "i-3"])
    #expect(reply.status == 1 && reply.errors.contains("there is no reply to job i-3"), "\(reply.errors)")
  }

  @Test func `a job written by hand is pushed as it is, or refused with the place`() throws {
    let desk = try RewardsStandIn()
    let text = "{ \"op\": \"approve\",\n  \"id\": \"i\", \"job\": \"j\" }"
    let pushed = try desk.program.run(["job", "push", "-", "--as", "auditor", "--wait", "0"], input: text + "\n")
    #expect(pushed.status == 0, "\(pushed.errors)")
    #expect(try desk.list(desk.keys.jobs("auditor")) == [text])
    let broken = try desk.program.run(["job", "push", "-", "--wait", "0"], input: #"{"op":"approve" "id":"i"}"#)
    #expect(broken.status == 1)
    #expect(
      broken.errors.contains(#"byte 16: expected ',' or '}' after a value, but found '"' near"#), "\(broken.errors)")
    #expect(try desk.list(desk.keys.jobs("admin")).isEmpty)
  }

  @Test func `codes are read from a file, a line each`() throws {
    let desk = try RewardsStandIn()
    let ended = try desk.program.run(
      ["job", "restock", "--reward", "coupon", "--codes-file", "-", "--id", "i", "--wait", "0"],
      input: "A-1\r\n\n  A 2\t\r\n卡3")
    #expect(ended.status == 0, "\(ended.errors)")
    #expect(
      try desk.list(desk.keys.jobs("admin")) == [
        #"{"op":"restock","id":"i","reward":"coupon","codes":["A-1","A 2","卡3"]}"#
      ])
  }

  static let failing: [CommandTests.Failing] = [
    .init(arguments: ["redeem", "--resident", "r"], status: 2, says: "--reward"),
    .init(
      arguments: ["redeem", "--resident", "r", "--reward", "Coupon"], status: 2,
      says: #"field "reward": "Coupon" is not a code"#),
    .init(
      arguments: ["redeem", "--resident", "r", "--reward", "coupon", "--quantity", "0"], status: 2,
      says: "0 is not a whole number from 1 to 1000000"),
    .init(arguments: ["balance", "--resident", "r", "--id", "{i}"], status: 2, says: "has a brace"),
    .init(arguments: ["balance", "--resident", "r", "--as", "A"], status: 2, says: "no administrator's code"),
    .init(arguments: ["restock", "--reward", "coupon"], status: 2, says: "one of --quantity, --code and --codes-file"),
    .init(
      arguments: ["restock", "--reward", "coupon", "--code", "A", "--code", "A"], status: 2, says: "codes 1 and 2"),
    .init(
      arguments: ["restock", "--reward", "coupon", "--codes-file", "/nowhere"], status: 1, says: "cannot be read"),
    .init(arguments: ["erase", "--resident", "r"], status: 2, says: "erasing cannot be undone"),
    .init(arguments: ["statement", "--resident", "r", "--from", "monday"], status: 2, says: "monday"),
    .init(
      arguments: ["review", "--partner", "eleme", "--activity", "a", "--decision", "yes", "--reason", "x"], status: 2,
      says: "yes"),
    .init(arguments: ["push", "-", "--id", "i"], status: 2, says: "the id stands in the file"),
    .init(
      arguments: ["balance", "--resident", "r", "--redis", "redis://127.0.0.1:1/0"], status: 69,
      says: "Redis is unavailable"),
  ]

  @Test(arguments: failing)
  func `a job that is wrong is refused before it is pushed`(_ failing: CommandTests.Failing) throws {
    let desk = try RewardsStandIn()
    let ended = try desk.program.run(["job"] + failing.arguments, input: "")
    #expect(ended.status == failing.status, "\(ended.errors)")
    #expect(ended.errors.contains(failing.says), "\(ended.errors)")
    #expect(try desk.list(desk.keys.jobs("admin")).isEmpty)
  }

  @Test func `the fleet's own worker answers`() throws {
    let fleet = try FleetFixture()
    let worker = try fleet.program.start(["all", "--lanes", "1"])
    let ask = { (arguments: [String]) in try fleet.program.run(["job"] + arguments + ["--wait", "1800"]) }
    let restock = try ask(["restock", "--reward", "coupon", "--code", "A-1", "--code", "A-2", "--id", "stock-1"])
    #expect(restock.status == 0 && restock.output.hasPrefix("restock stock-1: done\n"), "\(restock.errors)")
    #expect(restock.output.contains("  2"), "\(restock.output)")
    let redeem = try ask(["redeem", "--resident", "nobody", "--reward", "coupon", "--id", "r-1"])
    #expect(redeem.status == 1 && redeem.errors.contains("was refused, unknown_resident"), "\(redeem.errors)")
    // Remembered, and so the same; other content is another matter.
    let again = try ask(["restock", "--reward", "coupon", "--code", "A-1", "--code", "A-2", "--id", "stock-1"])
    #expect(again.output == restock.output)
    let other = try ask(["restock", "--reward", "coupon", "--code", "A-3", "--id", "stock-1"])
    #expect(other.status == 1 && other.errors.contains("id_conflict"), "\(other.errors)\(worker.logText)")
    #expect(worker.stop() == 0)
  }

  @Test func `each op has help with an example`() throws {
    let names = Set(Self.ops.map(\.arguments[0])).union(["push", "reply"])
    #expect(names.count == 15)
    for name in names.sorted() {
      let help = try PuhuiProgram(environment: [:]).run(["job", name, "--help"])
      #expect(help.status == 0 && help.output.contains("xample"), "\(name): \(help.output)")
    }
  }
}
