import Foundation
import Ledger
import PostgresClient
import Queues
import RedisClient
import TestServers
import Testing

/// `puhui audit`: what holds is not complained about, and what does not is found where it is.
@Suite struct AuditTests {
  /// Books with a bit of everything, that the tests copy before they harm them.
  static let books = Result { try makeBooks() }

  private static func makeBooks() throws -> FleetFixture {
    let fleet = try FleetFixture()
    try fleet.succeed([
      "simulate", "--count", "12000", "--seed", "20221118", "--residents", "2500", "--from", "2022-11-01", "--to",
      "2022-11-05", "--resent", "0.08", "--conflicts", "0.03", "--invalid", "0.04", "--reversals", "0.06",
      "--shared-charges", "0.05", "--max-length", "1000000",
    ])
    try fleet.process(12_000)
    var connection = try fleet.connectPostgres()
    try TotalsFold.fold(&connection)
    try redeem(JobDesk(fleet: fleet))
    return fleet
  }

  /// A code, and a voucher that its partner has not delivered yet.
  private static func redeem(_ desk: JobDesk) throws {
    let worker = try desk.fleet.program.start(["rewards"])
    let resident = try desk.fleet.value(
      "SELECT resident FROM puhui.residents ORDER BY points_available DESC, resident LIMIT 1")
    for job in [
      #"{"op":"restock","id":"s-1","reward":"coupon","codes":["A-1","A-2"]}"#,
      #"{"op":"restock","id":"s-2","reward":"green-consumption-voucher","quantity":2}"#,
      #"{"op":"adjust","id":"a-1","resident":"\#(resident)","points":500,"reason":"goodwill"}"#,
      #"{"op":"redeem","id":"r-1","resident":"\#(resident)","reward":"coupon"}"#,
      #"{"op":"redeem","id":"r-2","resident":"\#(resident)","reward":"green-consumption-voucher"}"#,
    ] {
      let reply = try desk.ask(job, [worker])
      guard reply.isOK else { throw TestFailure("\(job) was answered \(reply)") }
    }
    guard worker.stop() == 0 else { throw TestFailure(worker.logText) }
  }

  /// A finding, and the check that it belongs to.
  struct Finding: CustomStringConvertible {
    let check: String
    let fields: [String: String]
    var description: String { "\(check): \(fields.sorted { $0.key < $1.key }.map { "\($0): \($1)" })" }
  }

  private func findings(_ ended: PuhuiProgram.Ended) throws -> [Finding] {
    let answer = try? JSONSerialization.jsonObject(with: Data(ended.output.utf8)) as? [String: Any]
    guard let checks = answer?["checks"] as? [[String: Any]] else {
      throw TestFailure("audit ended with \(ended.status): \(ended.output)\(ended.errors)")
    }
    return checks.flatMap { check in
      (check["findings"] as? [[String: Any]] ?? []).map { finding in
        Finding(
          check: check["check"] as? String ?? "?",
          fields: finding.filter { !($0.value is NSNull) }.mapValues { "\($0)" })
      }
    }
  }

  @Test func `books of a fleet that has drained hold in every check`() throws {
    let fleet = try Self.books.get()
    let ended = try fleet.program.run(["audit", "--drained"])
    #expect(ended.status == 0, "\(ended.output)\(ended.errors)")
    #expect(ended.output.contains("\(AuditCheck.all.count + 4) checks hold ("), "\(ended.output)")
  }

  @Test func `a title that was booked while the server's clock was set back is the newest all the same`() throws {
    let fleet = try Self.books.get()
    let copy = try BooksCopy(of: fleet)
    defer { copy.drop() }
    try copy.execute(
      """
      CREATE TABLE set_back AS
      SELECT e.shard, e.resident_no, e.booked_at - interval '1 hour' AS at, f.batch_no + 1 AS batch_no, f.epoch,
        (SELECT min(t.code) FROM puhui.title t WHERE t.code <> e.title) AS title
      FROM puhui.account_entry e JOIN puhui.fence f USING (shard) WHERE e.kind = 6 ORDER BY e.entry_no DESC LIMIT 1;
      INSERT INTO puhui.batch (batch_no, booked_at, epoch, residents, shard)
      SELECT batch_no, at, epoch, 0, shard FROM set_back;
      UPDATE puhui.fence f SET batch_no = s.batch_no FROM set_back s WHERE f.shard = s.shard;
      INSERT INTO puhui.account_entry (points, held, booked_at, resident_no, shard, kind, reason, title)
      SELECT 0, 0, at, resident_no, shard, 6, 'risen', title FROM set_back;
      UPDATE puhui.account a SET title = s.title FROM set_back s
      WHERE a.shard = s.shard AND a.resident_no = s.resident_no;
      SELECT 1 / (SELECT count(title) FROM set_back);
      """)
    let ended = try fleet.program.run([
      "audit", "--json", "--drained", "--postgres", copy.url, "--key-prefix", "none-\(copy.name):",
    ])
    let found = try findings(ended)
    #expect(ended.status == 0, "\(found)\(ended.errors)")
  }

  @Test func `books hold something for every check to look at`() throws {
    let fleet = try Self.books.get()
    let kinds = try fleet.rows("SELECT kind, outcome FROM puhui.entry GROUP BY 1, 2 ORDER BY 1, 2")
    #expect(kinds == ["1|1", "1|2", "1|5", "1|6", "2|7", "3|1", "3|5"], "what the simulation made has changed")
    #expect(Set(AuditDamage.all.map(\.check)) == Set(AuditCheck.all.map(\.topic.code)), "a check that no test harms")
  }

  @Test(.timeLimit(.minutes(30)), arguments: AuditDamage.all.indices)
  func `what was done to the books is found by its check, and by no other`(_ index: Int) throws {
    let damage = AuditDamage.all[index]
    let fleet = try Self.books.get()
    let copy = try BooksCopy(of: fleet)
    defer { copy.drop() }
    let expected = try copy.harm(damage)
    // Under a prefix of its own: the lists have nothing to say here.
    let ended = try fleet.program.run(
      ["audit", "--json", "--postgres", copy.url, "--key-prefix", "none-\(copy.name):"]
        + (damage.keepsReceived ? ["--drained"] : []))
    let found = try findings(ended)
    #expect(ended.status == 1, "\(damage.what): \(ended.errors)")
    #expect(found.map(\.check) == [damage.check], "\(damage.what): \(found)")
    let named = found.first?.fields ?? [:]
    #expect(expected.allSatisfy { named[$0.key] == $0.value }, "\(damage.what) to \(expected): \(found)")
    #expect(named["expected"] != named["found"], "\(found)")
  }

  @Test(.timeLimit(.minutes(30)))
  func `nothing is reported while the fleet books, and workers are killed`() throws {
    let fleet = try FleetFixture()
    var workers = try (1...2).map { _ in try fleet.program.start(["all", "--lanes", "2"]) }
    let traffic = try fleet.program.start([
      "simulate", "--rate", "300", "--seed", "5", "--residents", "30000", "--resent", "0.1", "--conflicts", "0.02",
      "--invalid", "0.03", "--reversals", "0.08", "--shared-charges", "0.05",
    ])
    var before: Int64 = -1
    for round in 1...10 {
      // Something was booked between any two audits.
      try fleet.waitForOutcomes(Int(before + 1), workers)
      let ended = try fleet.program.run(["audit", "--json"])
      let found = try findings(ended)
      #expect(ended.status == 0, "audit \(round): \(found) \(ended.errors)")
      let received = try fleet.value("SELECT sum(received) FROM puhui.partner_counts")
      before = try #require(Int64(received))
      if round == 5 {
        workers[0].kill()
        workers[0] = try fleet.program.start(["all", "--lanes", "2"])
      }
    }
    #expect(traffic.stop() == 0, "\(traffic.logText)")
    try fleet.waitUntilDrained(workers)
    for worker in workers { #expect(worker.stop() == 0, "\(worker.logText)") }
    let ended = try fleet.program.run(["audit", "--json", "--drained"])
    let found = try findings(ended)
    #expect(ended.status == 0, "\(found) \(ended.errors)")
  }

  @Test func `no more findings than wanted are printed, and all are counted`() throws {
    let fleet = try Self.books.get()
    let copy = try BooksCopy(of: fleet)
    defer { copy.drop() }
    try copy.execute("UPDATE puhui.account SET reduction_mg = reduction_mg + 1")
    let accounts = try fleet.value("SELECT count(*) FROM puhui.account")
    let ended = try fleet.program.run([
      "audit", "--only", "account-sums", "--limit", "3", "--postgres", copy.url, "--key-prefix", "none:",
    ])
    #expect(ended.status == 1)
    let lines = ended.output.split(separator: "\n")
    #expect(lines.count { $0.hasPrefix("      shard ") } == 3, "\(ended.output)")
    #expect(lines.contains { $0.hasSuffix(" more: use --limit") } && ended.output.contains("It means: "))
    let json = try fleet.program.run([
      "audit", "--only", "account-sums", "--limit", "3", "--json", "--postgres", copy.url, "--key-prefix", "none:",
    ])
    #expect(json.output.contains(#""total":\#(accounts),"#), "\(json.output)")
    #expect(try findings(json).count == 3)
  }

  @Test func `a factor whose end was moved to the past has been valid before`() throws {
    let fleet = try Self.books.get()
    let copy = try BooksCopy(of: fleet)
    defer { copy.drop() }
    try copy.execute("UPDATE puhui.factor SET valid_to = '2022-11-02'")
    let arguments = ["audit", "--only", "entry-factor", "--json", "--postgres", copy.url, "--key-prefix", "none:"]
    let ended = try fleet.program.run(arguments)
    let found = try findings(ended)
    #expect(ended.status == 0, "\(found)")
    // Without the catalogue that said otherwise it would not have been.
    try copy.execute(
      """
      UPDATE puhui.catalogue_version
      SET yaml = replace(yaml, 'version: shared-bike-ride-2022', 'version: shared-bike-ride-2022b')
      """)
    let later = try findings(try fleet.program.run(arguments))
    #expect(!later.isEmpty && later.allSatisfy { $0.check == "entry-factor" }, "\(later)")
  }

  @Test func `servers that are away and checks that are not there are told apart`() throws {
    let fleet = try Self.books.get()
    let away = try fleet.program.run(["audit", "--postgres", "postgresql:///none?host=/nowhere"])
    #expect(away.status == 69 && away.errors.contains("PostgreSQL"), "\(away.errors)")
    let lists = try fleet.program.run(["audit", "--redis", "redis://127.0.0.1:1/0"])
    #expect(lists.status == 69 && lists.errors.contains("Redis"), "\(lists.errors)")
    let unknown = try fleet.program.run(["audit", "--only", "everything"])
    #expect(unknown.status == 2 && unknown.errors.contains("account-sums"), "\(unknown.errors)")
  }
}

/// A copy of the books in a database of its own.
private struct BooksCopy {
  let name = "copy_\(UInt32.random(in: 0 ... .max))"
  let url: String

  init(of fleet: FleetFixture) throws {
    let original = try #require(
      fleet.databaseURL.firstMatch(of: /\/\/\/(\w+)\?/).map { String($0.1) }, "no database in \(fleet.databaseURL)")
    url = PostgresServer.shared.url(database: name)
    // The template must not be in use: another copy's audit may just be looking at it.
    let deadline = ContinuousClock.now + .seconds(300)
    while true {
      do {
        var connection = try Self.connect(PostgresServer.shared.url(database: "postgres"))
        try connection.execute("CREATE DATABASE \(name) TEMPLATE \(original)")
        return
      } catch let error as PostgresError where error.sqlState == "55006" && ContinuousClock.now < deadline {
        usleep(20_000)
      }
    }
  }

  private static func connect(_ url: String) throws -> PostgresConnection {
    try PostgresConnection(url: url, applicationName: "test", statementTimeoutMs: 120_000)
  }

  /// As a superuser can, with the triggers that keep rows as they are switched off.
  func execute(_ sql: String) throws {
    var connection = try Self.connect(url)
    try connection.execute("SET session_replication_role = replica")
    try connection.execute(sql)
  }

  /// - Returns: what the finding must say of the victim.
  func harm(_ damage: AuditDamage) throws -> [String: String] {
    var connection = try Self.connect(url)
    try connection.execute(
      "SET session_replication_role = replica; CREATE TEMPORARY TABLE victim AS \(damage.victim)")
    let names = ["entry_no": "entry"]
    let row = try connection.query(
      "SELECT " + (damage.names.map { "\($0)::text" } + ["1"]).joined(separator: ", ") + " FROM victim")
    guard row.count == 1 else { throw TestFailure("\(row.count) victims for \(damage.what)") }
    let expected = damage.names.enumerated().map { (names[$1] ?? $1, row.string(0, $0)) }
    try connection.execute(damage.sql)
    return Dictionary(uniqueKeysWithValues: expected)
  }

  func drop() {
    var connection = try? Self.connect(PostgresServer.shared.url(database: "postgres"))
    try? connection?.execute("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
  }
}
