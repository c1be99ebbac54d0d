import CarbonInclusion
import Feeding
import Messages
import Testing

@Suite struct `Turning rows into messages` {
  private static let header = ["trip", "user", "km", "start", "end"]

  @Test func `columns and constants fill fields, quantities keep every digit`() throws {
    let text = try message(
      header: Self.header, cells: ["t-1", "u \"1\"", "5.10", "2022-11-29 08:00", "2022-11-29 08:23:30"],
      maps: ["id=trip", "resident=user", "quantity=km", "started_at=start", "ended_at=end"],
      sets: ["behaviour=shared-bike-ride", "unit=km"], zone: .fixed(28_800))
    #expect(
      text == """
        {"id":"t-1","resident":"u \\"1\\"","behaviour":"shared-bike-ride","quantity":"5.10","unit":"km",\
        "started_at":"2022-11-29T08:00:00+08:00","ended_at":"2022-11-29T08:23:30+08:00"}
        """)
    guard case .activity(let activity) = ActivityDecoder.decode(Array(text.utf8)) else {
      Issue.record("the decoder refuses \(text)")
      return
    }
    #expect(activity.id == "t-1" && activity.resident == "u \"1\"")
  }

  @Test func `columns named as fields need no map, a map comes first, empty cells are left out`() throws {
    let text = try message(
      header: ["id", "resident", "behaviour", "ended_at", "quantity", "other"],
      cells: ["1", "r", "check-in", "2022-11-29T08:00:00Z", "", "r-2"], maps: ["resident=other"])
    #expect(text == #"{"id":"1","resident":"r-2","behaviour":"check-in","ended_at":"2022-11-29T08:00:00Z"}"#)
  }

  @Test(arguments: [
    ("2022-11-29 08:00", "2022-11-29T08:00:00+08:00"), ("2022-11-29T08:00:30.25", "2022-11-29T08:00:30.25+08:00"),
    ("2022-11-29 08:00Z", "2022-11-29T08:00:00Z"), ("2022-11-29 08:00:00 +0330", "2022-11-29T08:00:00+03:30"),
    ("2022-11-29T08:00:00-05", "2022-11-29T08:00:00-05:00"), ("0014-11-18 15:40:26", "0014-11-18T15:40:26+08:00"),
    // Passed on as they are.
    ("2022-02-30 08:00", "2022-02-30 08:00"), ("29.11.2022 08:00", "29.11.2022 08:00"), ("2022-11-29", "2022-11-29"),
    ("2022-11-29 25:00", "2022-11-29 25:00"), ("2022-11-29 08:00 CET", "2022-11-29 08:00 CET"), ("NA", "NA"),
  ])
  func `a time becomes RFC 3339, or stays what it is`(cell: String, expected: String) throws {
    #expect(try time(cell, zone: .fixed(28_800)) == expected)
  }

  @Test func `a time without a zone is passed on and counted when none was given`() throws {
    var mapping = try MessageMapping(
      header: ["id", "resident", "behaviour", "ended_at"], maps: [], sets: [], zone: nil)
    let row = try row(["1", "r", "check-in", "2022-11-29 08:00"])
    let text = String(decoding: mapping.message(row), as: UTF8.self)
    #expect(text.contains(#""ended_at":"2022-11-29 08:00""#), "\(text)")
    #expect(mapping.timesWithoutZone == 1)
  }

  @Test(arguments: [
    // Central European time, 2019: the hour from 02:00 is skipped on 31 March and shown twice on 27 October.
    ("2019-01-15 12:00", "+01:00"), ("2019-07-15 12:00", "+02:00"), ("2019-03-31 01:59", "+01:00"),
    ("2019-03-31 02:30", "+01:00"), ("2019-03-31 03:00", "+02:00"), ("2019-10-27 01:59", "+02:00"),
    ("2019-10-27 02:30", "+02:00"), ("2019-10-27 03:00", "+01:00"),
  ])
  func `summer time is found, and an hour shown twice is the first`(cell: String, offset: String) throws {
    let zone = ZoneRule.varying { (1_553_994_000..<1_572_138_000).contains($0) ? 7_200 : 3_600 }
    let expected = cell.replacing(" ", with: "T") + ":00" + offset
    #expect(try time(cell, zone: zone) == expected)
  }

  @Test func `an offset with seconds, as of local mean time, is written in UTC`() throws {
    #expect(try time("1890-01-01 12:00", zone: .fixed(29_143)) == "1890-01-01T03:54:17Z")
  }

  @Test(arguments: [
    ("+08:00", 28_800), ("Z", 0), ("-0330", -12_600), ("+8", nil), ("08:00", nil), ("Asia/Shanghai", nil),
    ("+24:00", nil),
  ])
  func `an offset is read or refused`(text: String, seconds: Int?) {
    guard case .fixed(let found)? = ZoneRule(offset: text) else {
      #expect(seconds == nil, "\(text) was refused")
      return
    }
    #expect(found == seconds)
  }

  @Test(
    arguments: [
      (["id"], [], MappingFault.notAnAssignment("id")), (["ide=trip"], [], .unknownField("ide")),
      (["id=nothing"], [], .noSuchColumn("nothing", field: "id", columns: header)),
      (["id=trip", "id=user"], [], .filledTwice(field: "id")), (["id=trip"], ["id=1"], .filledTwice(field: "id")),
      (["id=trip", "resident=user"], [], .nothingFor(field: "ended_at", columns: header)),
      (["id=trip", "resident=user", "ended_at=end"], [], .nothingFor(field: "behaviour", columns: header)),
    ] as [([String], [String], MappingFault)])
  func `a mapping that cannot work is refused before anything is pushed`(
    maps: [String], sets: [String], fault: MappingFault
  ) {
    #expect(throws: fault) { try MessageMapping(header: Self.header, maps: maps, sets: sets, zone: nil) }
  }

  @Test func `a column that stands twice is refused only where it is used`() throws {
    #expect(throws: MappingFault.ambiguousColumn("id")) {
      try MessageMapping(header: ["id", "id", "resident"], maps: [], sets: [], zone: nil)
    }
    _ = try MessageMapping(
      header: ["id", "x", "x"], maps: [], sets: ["resident=r", "ended_at=t", "behaviour=b"], zone: nil)
  }

  private func time(_ cell: String, zone: ZoneRule) throws -> String {
    let text = try message(
      header: ["id", "resident", "behaviour", "ended_at"], cells: ["1", "r", "check-in", cell], zone: zone)
    return String(try #require(text.split(separator: "\"").last(where: { $0 != "}" })))
  }

  private func message(
    header: [String], cells: [String], maps: [String] = [], sets: [String] = [], zone: ZoneRule? = nil
  ) throws -> String {
    var mapping = try MessageMapping(header: header, maps: maps, sets: sets, zone: zone)
    return String(decoding: mapping.message(try row(cells)), as: UTF8.self)
  }

  private func row(_ cells: [String]) throws -> CSVRow {
    var reader = CSVReader()
    reader.append(Array(cells.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",").utf8))
    reader.finish()
    return try #require(try reader.next())
  }
}
