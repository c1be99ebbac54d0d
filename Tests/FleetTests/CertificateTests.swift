import CarbonInclusion
import Certificates
import Foundation
import Ledger
import PostgresClient
import Queues
import RedisClient
import TestServers
import Testing

/// From the ledger to a file that somebody else checks, by the real commands.
@Suite struct CertificateTests {
  let fleet: FleetFixture
  let folder: URL

  /// Two rides, a charge that is taken back, an order and a check-in of one resident.
  init() throws {
    fleet = try FleetFixture()
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("certificates-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try fleet.push(
      [
        #"{"id":"m-1","resident":"r-1","behaviour":"shared-bike-ride","quantity":5,"unit":"km","ended_at":"2022-11-29T08:23:00+08:00"}"#,
        #"{"id":"m-2","resident":"r-1","behaviour":"shared-bike-ride","quantity":4,"unit":"km","ended_at":"2022-12-31T23:30:00+08:00"}"#,
        #"{"id":"m-3","resident":"r-2","behaviour":"shared-bike-ride","quantity":4,"unit":"km","ended_at":"2022-12-01T08:00:00+08:00"}"#,
      ], partner: "meituan-bike")
    try fleet.push(
      [
        #"{"id":"e-1","resident":"r-1","behaviour":"no-cutlery-order","ended_at":"2022-11-30T12:00:00+08:00"}"#
      ], partner: "eleme")
    try fleet.push(
      [
        #"{"id":"k-1","resident":"r-1","behaviour":"ev-charging","quantity":20,"unit":"kWh","ended_at":"2022-11-20T20:00:00+08:00"}"#
      ], partner: "kuaidian")
    try fleet.process(5)
    try fleet.push(
      [#"{"id":"k-2","reverses":"k-1","resident":"r-1","ended_at":"2022-12-02T20:00:00+08:00"}"#], partner: "kuaidian")
    try fleet.process(6)
  }

  private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  private func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

  private func save(_ command: [String], as name: String) throws {
    try fleet.succeed(["certificate"] + command).write(toFile: path(name), atomically: true, encoding: .utf8)
  }

  @Test func `a certificate says what the ledger says, and is known by whoever has the keyring`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let preview = try fleet.succeed(["certificate", "r-1", "--dry-run"])
    #expect(preview.contains("r-1: 2,295.72 g in 3 activities, 2022-11-29 to 2022-12-31"), "\(preview)")
    #expect(try fleet.value("SELECT count(*) FROM puhui.certificate") == "0")
    let said = try fleet.succeed(["certificate", "r-1", "--name", "李晋 <&>", "--out", path("a.svg"), "--json"])
    let serial = "SX-\(Calendar.current.component(.year, from: Date()))-000001"
    #expect(said.contains("Issued \(serial) to 李晋 <&>: 2,295.72 g in 3 activities"), "\(said)")
    try save(["keys"], as: "keyring.txt")
    for name in ["a.svg", "a.json"] {
      let answer = try fleet.succeed(["certificate", "verify", path(name), "--key", path("keyring.txt")])
      #expect(answer.contains("\(serial) is genuine") && answer.contains("cannot be known"), "\(answer)")
    }
    let signed = try SignedCertificate(json: Array(try text("a.json").utf8.dropLast()))
    let split = signed.certificate.categories.map { "\($0.code) \($0.reductionMilligrams) \($0.actions)" }
    #expect(split == ["transport 2250000 2", "food 45720 1"])
    let title = try fleet.value(
      "SELECT t.name_english FROM puhui.residents r JOIN puhui.title t ON t.code = r.title WHERE r.resident = 'r-1'")
    #expect(signed.certificate.title.english == title)
    let read = try fleet.program.run(
      ["certificate", "verify", "-", "--key", path("keyring.txt"), "--json"], input: signed.code.text)
    #expect(read.status == 0 && read.output.contains(#""reduction_mg":2295720"#), "\(read.output)\(read.errors)")
    // The programme's own copy, and what was changed.
    #expect(try fleet.succeed(["certificate", "show", serial, "--out", "-"]) == text("a.svg"))
    try text("a.svg").replacingOccurrences(of: "2.29572", with: "9.29572")
      .write(toFile: path("b.svg"), atomically: true, encoding: .utf8)
    let changed = try fleet.program.run(["certificate", "verify", path("b.svg"), "--key", path("keyring.txt")])
    #expect(changed.status == 1 && changed.errors.contains("the picture was changed"), "\(changed.errors)")
    for resident in ["nobody", "kuaidian"] {
      let refused = try fleet.program.run(["certificate", resident, "--out", path("c.svg")])
      #expect(refused.status == 1 && refused.errors.contains(resident), "\(refused.errors)")
    }
  }

  @Test func `a certificate job is answered with both forms, and erasing withdraws it`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let worker = try fleet.program.start(["rewards", "--lanes", "1"])
    let reply = try ask(#"{"op":"certificate","id":"c-1","resident":"r-1","name":"李晋"}"#, "c-1", worker)
    #expect(reply["ok"] as? Bool == true, "\(reply)")
    try save(["keys"], as: "keyring.txt")
    try fleet.succeed([
      "certificate", "show", try fleet.value("SELECT serial FROM puhui.certificate"), "--out", path("a.svg"),
    ])
    let svg = try #require(reply["svg"] as? String)
    #expect(svg + "\n" == (try text("a.svg")))
    try svg.write(toFile: path("b.svg"), atomically: true, encoding: .utf8)
    try fleet.succeed(["certificate", "verify", path("b.svg"), "--key", path("keyring.txt")])
    let unknown = try ask(#"{"op":"certificate","id":"c-2","resident":"nobody"}"#, "c-2", worker)
    #expect((unknown["error"] as? [String: Any])?["code"] as? String == "unknown_resident", "\(unknown)")
    let hidden = try ask(#"{"op":"certificate","id":"c-3","resident":"r-1","name":"a\u202eb"}"#, "c-3", worker)
    #expect((hidden["error"] as? [String: Any])?["code"] as? String == "invalid_field", "\(hidden)")
    let erased = try ask(#"{"op":"erase","id":"c-4","resident":"r-1"}"#, "c-4", worker)
    #expect(erased["ok"] as? Bool == true, "\(erased)")
    #expect(
      try fleet.rows("SELECT status, document IS NULL FROM puhui.certificate") == ["revoked|true"])
    #expect(worker.stop() == 0)
  }

  private func ask(_ job: String, _ id: String, _ worker: PuhuiProgram.Worker) throws -> [String: Any] {
    var redis = try fleet.connectRedis()
    _ = try redis.command(["LPUSH", .string(fleet.keys.prefix + "jobs:admin"), .string(job)])
    let deadline = ContinuousClock.now + .seconds(300)
    while ContinuousClock.now < deadline {
      let reply = try redis.command(["RPOP", .string(fleet.keys.prefix + "reply:" + id)])
      if case .bytes(let bytes) = reply.value {
        return try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] ?? [:]
      }
      usleep(5_000)
    }
    throw TestFailure("job \(id) was not answered: \(worker.logText)")
  }

  @Test func `superseded and revoked certificates are known as such, also after a rotation`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    var serials: [String] = []
    for (index, resident) in ["r-1", "r-1", "r-2"].enumerated() {
      if index == 1 { try fleet.succeed(["certificate", "key", "rotate"]) }
      try fleet.succeed(["certificate", resident, "--out", path("\(index).svg")])
      serials.append(try fleet.value("SELECT serial FROM puhui.certificate ORDER BY certificate_no DESC LIMIT 1"))
    }
    try fleet.succeed(["certificate", "revoke", serials[2], "--reason", "wrong person", "--dry-run"])
    try fleet.succeed(["certificate", "revoke", serials[2], "--reason", "wrong person"])
    #expect(try fleet.succeed(["certificate", "revoke", serials[2], "--reason", "again"]).contains("wrong person"))
    try save(["keys"], as: "keyring.txt")
    try save(["status", "--json"], as: "status.json")
    #expect(try Keyring(fileText: text("keyring.txt")).keys.map { $0.retired == nil } == [false, true])
    #expect(try fleet.value("SELECT count(*) FROM puhui.secret WHERE name LIKE 'certificate-key:%'") == "1")
    for (index, status, says) in [
      (0, 1 as Int32, "SUPERSEDED by \(serials[1])"), (1, 0, "In force"), (2, 1, "REVOKED: wrong person"),
    ] {
      let ended = try fleet.program.run([
        "certificate", "verify", path("\(index).svg"), "--key", path("keyring.txt"), "--status", path("status.json"),
      ])
      #expect(ended.status == status && ended.output.contains(says), "\(index): \(ended.output)\(ended.errors)")
    }
    let table = try fleet.succeed(["certificate", "status", "--resident", "r-1"])
    #expect(table.contains("by \(serials[1])") && !table.contains(serials[2]), "\(table)")
  }

  @Test func `a key file signs in place of the ledger's key, and only where it is in use`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let printed = try fleet.succeed(["certificate", "key", "new", "--out", path("signing.key")])
    let mode = try FileManager.default.attributesOfItem(atPath: path("signing.key"))[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(try fleet.program.run(["certificate", "key", "new", "--out", path("signing.key")]).status == 1)
    #expect(try fleet.succeed(["certificate", "key", "public", path("signing.key")]) == printed)
    let issue = ["certificate", "r-1", "--out", path("a.svg")]
    try fleet.succeed(issue)
    let stranger = try fleet.program.run(issue + ["--signing-key", path("signing.key")])
    #expect(stranger.status == 78 && stranger.errors.contains("key rotate"), "\(stranger.errors)")
    try fleet.succeed(["certificate", "key", "rotate", "--signing-key", path("signing.key")])
    let without = try fleet.program.run(issue)
    #expect(without.status == 78 && without.errors.contains("PUHUI_SIGNING_KEY"), "\(without.errors)")
    try fleet.succeed(issue + ["--signing-key", path("signing.key")])
    try printed.write(toFile: path("keyring.txt"), atomically: true, encoding: .utf8)
    try fleet.succeed(["certificate", "verify", path("a.svg"), "--key", path("keyring.txt")])
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path("signing.key"))
    let open = try fleet.program.run(issue + ["--signing-key", path("signing.key")])
    #expect(open.status == 78 && open.errors.contains("chmod 600"), "\(open.errors)")
  }

  @Test func `issued at once, one certificate of a resident is in force and no number is given twice`() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try await withThrowingTaskGroup(of: String.self) { group in
      for index in 0..<8 {
        group.addTask { [fleet, folder] in
          let out = folder.appendingPathComponent("\(index).svg").path
          return try fleet.succeed(["certificate", "r-1", "--out", out])
        }
      }
      for try await said in group { #expect(said.contains("Issued SX-")) }
    }
    #expect(
      try fleet.rows("SELECT status, count(*) FROM puhui.certificate GROUP BY 1 ORDER BY 1")
        == ["issued|1", "superseded|7"])
    #expect(try fleet.value("SELECT count(*) FROM puhui.certificate_key") == "1")
  }

  @Test func `erasing forgets what a certificate said, and revokes it`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try fleet.succeed(["certificate", "r-1", "--out", path("a.svg")])
    let serial = try fleet.value("SELECT serial FROM puhui.certificate")
    var connection = try fleet.connectPostgres()
    let facts = try CertificateStore.facts(resident: "r-1", utcOffsetSeconds: 28_800, &connection)
    try CertificateStore.forget(facts.account, &connection)
    #expect(try fleet.program.run(["certificate", "show", serial]).errors.contains("erased"))
    #expect(try fleet.succeed(["certificate", "status", "--json"]).contains(#""status":"revoked""#))
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/rsvg-convert")))
  func `PNG and PDF are written beside the picture`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let said = try fleet.succeed(["certificate", "r-1", "--out", path("a.svg"), "--png", "--pdf"])
    #expect(said.contains("a.png") && said.contains("a.pdf"))
    #expect(try Data(contentsOf: folder.appendingPathComponent("a.png")).starts(with: [0x89, 0x50, 0x4E, 0x47]))
    #expect(try Data(contentsOf: folder.appendingPathComponent("a.pdf")).starts(with: Array("%PDF".utf8)))
  }
}
