import Foundation
import Testing

/// One file of real records, pushed by a partner of the test's own.
enum RealFeed: String, CaseIterable {
  case bike
  case norway
  case norwaySecond = "norway-second"
  case workplace
  case stepsHourly = "steps-hourly"
  case stepsDaily = "steps-daily"

  var partner: String {
    switch self {
    case .bike: "valleybike"
    case .norway: "norway-garages"
    case .norwaySecond: "trondheim-garage"
    case .workplace: "workplace-piles"
    case .stepsHourly: "fitbit-hours"
    case .stepsDaily: "fitbit-days"
    }
  }

  var file: String {
    switch self {
    case .bike: "bike-valleybike.csv.gz"
    case .norway: "ev-residential-norway.csv.gz"
    case .norwaySecond: "ev-residential-trondheim-second-feed.csv.gz"
    case .workplace: "ev-workplace-us-2014.csv.gz"
    case .stepsHourly: "steps-fitbit-2016-hourly.csv.gz"
    case .stepsDaily: "steps-fitbit-2016-daily.csv.gz"
    }
  }

  /// How many of the file's units the catalogue's unit is: trips are in metres, rides are counted in kilometres.
  var unitsOfFile: Int { self == .bike ? 1000 : 1 }
}

/// The folder of real records, which is no part of the project, and a fleet that takes them.
///
/// `real_data.py` is the partners' honest adapter, and computes what the rows are worth from the files alone.
struct RealRecords {
  /// What a file gives where nothing but form, dates and factors is judged.
  struct Expectation: Decodable {
    let rows: Int
    /// By outcome, and by reason where rejected.
    let outcomes: [String: Int]
    /// In the unit of the file.
    let quantity: String
    let reductionMg: Int
    let residents: Int
  }

  /// How the sessions that two feeds report were judged.
  struct Pairs: Decodable {
    let sessions: Int
    let reductionMgIfEachOnce: Int
    let pairs: Int
    let found: Int
    let missed: Int
    let missedBecause: [String: Int]
    let creditedTwice: Int
    let wronglyMerged: Int
    let examplesWronglyMerged: [String]
  }

  /// Which rules of the shipped catalogue stand beside its factors.
  enum Rules {
    /// No caps, limits and exclusivity: the platform must give the sum of the rows.
    case none
    case shipped
  }

  /// Where the records lie: as the environment says, or beside the project.
  static let folder =
    ProcessInfo.processInfo.environment["PUHUI_DATA"].map { URL(fileURLWithPath: $0) }
    ?? FleetFixture.root.deletingLastPathComponent().appendingPathComponent("shared/data")

  static var areThere: Bool { FileManager.default.fileExists(atPath: folder.path) }

  let fleet: FleetFixture
  let oracle: Oracle

  init(_ rules: Rules) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(
      "puhui-\(UUID().uuidString.prefix(8)).yaml")
    defer { try? FileManager.default.removeItem(at: path) }
    try Data(Self.catalogue(rules).utf8).write(to: path)
    fleet = try FleetFixture(catalogue: path.path)
    oracle = try Oracle(fleet)
  }

  /// The shipped catalogue as if the programme had begun in 2010, with the partners of the records.
  ///
  /// Without rules the contract of the workplace feed is as old as its years: they meet the start of the programme.
  static func catalogue(_ rules: Rules) throws -> String {
    let partners = RealFeed.allCases.map { feed in
      let from = rules == .none && feed == .workplace ? "0001-01-01" : "2010-01-01"
      return "  - {code: \(feed.partner), name: {zh: 实测, en: Real}, kind: scenario, contract: {from: \(from)}}\n"
    }
    var text = try String(contentsOfFile: FleetFixture.defaultCatalogue, encoding: .utf8)
      .replacingOccurrences(of: "2022-09-18", with: "2010-01-01")
      .replacingOccurrences(of: "\npartners:\n", with: "\npartners:\n" + partners.joined())
    guard rules == .none else { return text }
    for section in ["caps", "plausibility", "exclusivity"] {
      text = text.replacingOccurrences(
        of: "\n\(section):\n(?:[ #].*\n|\n)*", with: "\n\(section): []\n", options: .regularExpression)
    }
    return text
  }

  /// Removes what the oracle was given.
  func clean() { try? FileManager.default.removeItem(at: oracle.folder) }

  func expectation(_ feed: RealFeed, repairingYears: Bool = false) throws -> Expectation {
    try decode(realData("expect", feed, repairingYears))
  }

  /// Pushes the messages of an honest adapter; how many they are.
  func push(_ feed: RealFeed, repairingYears: Bool = false) throws -> Int {
    let lines = try realData("messages", feed, repairingYears)
    try fleet.succeed(["push", "--partner", feed.partner, "-"], input: lines)
    return lines.utf8.count { $0 == UInt8(ascii: "\n") }
  }

  /// Pushes the file itself, unpacked and otherwise as it is.
  ///
  /// - Parameters:
  ///   - map: `field=column` each.
  ///   - set: `field=constant` each.
  func pushFile(_ feed: RealFeed, partner: String, map: [String], set: [String], timeZone: String? = nil) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc", Self.folder.appendingPathComponent(feed.file).path]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(feed.file) cannot be unpacked")
    let mapping = map.flatMap { ["--map", $0] } + set.flatMap { ["--set", $0] }
    let zone = timeZone.map { ["--time-zone", $0] } ?? []
    try fleet.succeed(["push", "--partner", partner] + mapping + zone + ["-"], input: text)
  }

  /// The outcomes of a partner as `outcome reason` with their numbers.
  func outcomes(_ partner: String) throws -> [String: Int] {
    let rows = try fleet.rows(
      """
      SELECT CASE outcome WHEN 'credited' THEN outcome ELSE concat_ws(' ', outcome, reason) END, count(*)
      FROM puhui.outcomes WHERE partner = '\(partner)' GROUP BY 1
      """)
    return Dictionary(
      uniqueKeysWithValues: rows.compactMap { row in
        let cells = row.split(separator: "|")
        return Int(cells[1]).map { (String(cells[0]), $0) }
      })
  }

  /// What happened to the charging sessions that both Norwegian feeds report.
  func pairs() throws -> Pairs {
    let rows = try fleet.value(
      """
      SELECT json_agg(o) FROM puhui.outcomes o
      WHERE partner IN ('\(RealFeed.norway.partner)', '\(RealFeed.norwaySecond.partner)')
      """)
    try Data(rows.utf8).write(to: URL(fileURLWithPath: oracle.path("outcomes.json")))
    return try decode(
      oracle.python(
        ["real_data.py", "pairs", Self.folder.path, "--outcomes", oracle.path("outcomes.json")]
          + ["--first", RealFeed.norway.partner, "--second", RealFeed.norwaySecond.partner]))
  }

  /// What was pushed, as the oracle reads it: a file in booked order, and how many messages of each partner.
  func journal(_ feeds: [RealFeed]) throws -> (path: String, pushed: [String: Int]) {
    var lines = ""
    var pushed: [String: Int] = [:]
    for feed in feeds {
      let added = try oracle.python(
        ["real_data.py", "messages", Self.folder.path, feed.rawValue, "--journal", "--partner", feed.partner])
      pushed[feed.partner] = added.utf8.count { $0 == UInt8(ascii: "\n") }
      lines += added
    }
    let path = oracle.path("journal.jsonl")
    try Data(lines.utf8).write(to: URL(fileURLWithPath: path))
    return (path, pushed)
  }

  private func realData(_ command: String, _ feed: RealFeed, _ repairingYears: Bool) throws -> String {
    try oracle.python(
      ["real_data.py", command, Self.folder.path, feed.rawValue] + (repairingYears ? ["--repair-year"] : []))
  }

  private func decode<Value: Decodable>(_ text: String) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Value.self, from: Data(text.utf8))
  }
}
