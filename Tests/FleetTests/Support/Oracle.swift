import Foundation

/// The independent model of Tests/Oracle, in another language: folds what was pushed, and compares the public views.
struct Oracle {
  let fleet: FleetFixture
  let folder: URL

  init(_ fleet: FleetFixture) throws {
    self.fleet = fleet
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "puhui-oracle-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  /// Folds a journal in booked order and compares every view; then checks the invariants on the views alone.
  ///
  /// - Throws: `TestFailure` with the differences.
  func judge(journal: String, catalogue: String = FleetFixture.defaultCatalogue, pushed: [String: Int]) throws {
    try write("policy.json", fleet.succeed(["catalogue", "show", "--json"]))
    try write("views.json", dump())
    try write("entries.json", entries())
    try write("booked.jsonl", python(["booked_order.py", "--journal", journal, "--entries", path("entries.json")]))
    let now = try fleet.value("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")
    try write(
      "state.json",
      python(["oracle.py", "fold", "--policy", path("policy.json"), "--journal", path("booked.jsonl"), "--now", now]))
    _ = try python(["oracle.py", "compare", "--state", path("state.json"), "--views", path("views.json")])
    let counts = pushed.flatMap { ["--pushed", "\($0)=\($1)"] }
    _ = try python(
      ["oracle.py", "invariants", "--views", path("views.json"), "--policy", path("policy.json")]
        + ["--journal", path("booked.jsonl")] + counts)
    try? FileManager.default.removeItem(at: folder)
  }

  /// All public views in one snapshot.
  private func dump() throws -> String {
    let views = ["outcomes", "ledger", "residents", "totals", "daily_totals", "partner_counts"]
    let fields = views.map { "'\($0)', (SELECT coalesce(json_agg(v), '[]') FROM puhui.\($0) v)" }
    return try fleet.value("SELECT json_build_object(\(fields.joined(separator: ", ")))")
  }

  private func entries() throws -> String {
    try fleet.value(
      """
      SELECT coalesce(json_agg(json_build_array(a.resident, p.code, e.activity_id) ORDER BY e.shard, e.entry_no), '[]')
      FROM puhui.entry e JOIN puhui.account a USING (shard, resident_no) JOIN puhui.partner p USING (partner_no)
      WHERE e.kind IN (1, 2)
      """)
  }

  private func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
  }

  func python(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["python3", FleetFixture.root.appendingPathComponent("Tests/Oracle/\(arguments[0])").path]
      + arguments.dropFirst()
    let output = path("output-\(UUID().uuidString)")
    _ = FileManager.default.createFile(atPath: output, contents: nil)
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    process.standardOutput = handle
    process.standardError = handle
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let text = try String(contentsOfFile: output, encoding: .utf8)
    guard process.terminationStatus == 0 else {
      throw TestFailure("\(arguments.joined(separator: " ")) says:\n\(text.suffix(6_000))")
    }
    return text
  }
}
