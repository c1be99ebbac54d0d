import Foundation
import PostgresClient
import Queues
import RedisClient
import TestServers
import Testing

@testable import CarbonInclusion
@testable import Ledger

/// Messages that Redis lost, found by the holes that they leave in their partner's own counter.
@Suite struct GapsTests {
  private static func ride(_ seq: Int64, id: String? = nil, km: String = "5.0", minute: Int64? = nil) -> String {
    let minute = minute ?? seq
    let end = 10_000 + minute % 80_000
    let clock = [end / 3600, end / 60 % 60, end % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    return #"{"id":"\#(id ?? "m-\(seq)")","resident":"r-\#(minute)","behaviour":"shared-bike-ride","quantity":\#(km),"#
      + #""unit":"km","ended_at":"2022-11-29T\#(clock)+08:00","seq":\#(seq)}"#
  }

  struct Answer: Decodable, Equatable {
    struct Gap: Decodable, Equatable {
      var first: Int64
      var last: Int64
      var missing: Int64
      var receivedAfter: String?
      var receivedBefore: String?
    }

    var lowest: Int64?
    var highest: Int64?
    var missing: Int64
    var gapCount: Int64
    var gaps: [Gap]

    var numbers: [Int64] { gaps.flatMap { Array($0.first...$0.last) } }
  }

  private func gaps(_ fleet: FleetFixture, _ partner: String, _ more: [String] = []) throws -> Answer {
    let text = try fleet.succeed(["gaps", partner, "--json", "--limit", "100000"] + more)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Answer.self, from: Data(text.utf8))
  }

  /// Takes elements out of a list, as a failover to a replica that had not got them yet does.
  private func lose(_ indexes: some Sequence<Int>, from list: String, _ fleet: FleetFixture) throws {
    var redis = try fleet.connectRedis()
    for index in indexes {
      _ = try redis.command(["LSET", .string(list), .integer(Int64(index)), "lost"])
    }
    _ = try redis.command(["LREM", .string(list), 0, "lost"])
  }

  @Test func `exactly the lost messages are listed, and pushing the day again closes the gaps`() throws {
    let fleet = try FleetFixture()
    let day = (1...9_000).map { Self.ride(Int64($0)) }
    try fleet.push(day, partner: "meituan-bike")
    // From the head: index 0 is number 9,000.
    let lost: [Int64] = [2, 3, 4, 777, 4_096, 4_097, 8_998]
    try lose(lost.map { 9_000 - Int($0) }, from: fleet.keys.inbox("meituan-bike"), fleet)
    try fleet.process(9_000 - lost.count)

    let found = try gaps(fleet, "meituan-bike")
    #expect(found.numbers == lost)
    #expect(found.missing == 7 && found.gapCount == 4 && found.lowest == 1 && found.highest == 9_000)
    let times = found.gaps.flatMap { [$0.receivedAfter ?? "", $0.receivedBefore ?? ""] }
    #expect(times.allSatisfy { $0.hasPrefix("20") }, "\(times)")
    let text = try fleet.succeed(["gaps", "meituan-bike"])
    #expect(text.contains("7 missing in 4 gaps") && text.contains("behind seq 9000"), "\(text)")
    #expect(try fleet.succeed(["status"]).contains("meituan-bike  7 in 4 gaps"))

    try fleet.push(day, partner: "meituan-bike")
    try fleet.process(18_000 - lost.count)
    let closed = try gaps(fleet, "meituan-bike")
    #expect(closed.numbers.isEmpty && closed.missing == 0)
    #expect(try fleet.succeed(["gaps", "meituan-bike"]).contains("nothing missing"))
    #expect(try !fleet.succeed(["status"]).contains("puhui gaps"))
    #expect(
      try fleet.rows("SELECT received, credited, duplicate FROM puhui.partner_counts WHERE partner = 'meituan-bike'")
        == ["17993|9000|8993"])
  }

  @Test func `every message that carried a number counts as received, however it ended`() throws {
    let fleet = try FleetFixture()
    try fleet.push(
      [
        Self.ride(1), Self.ride(2, id: "m-1", minute: 1), Self.ride(3, id: "m-1", km: "6", minute: 1),
        Self.ride(4, km: "60"), Self.ride(5, km: "90000"), Self.ride(6, km: "0"),
        #"{"id":"m-1b","resident":"r-1","reverses":"m-1","ended_at":"2022-11-30T08:00:00+08:00","seq":7}"#,
        #"{"resident":"r-1","seq":"8"}"#, #"{"id":"x","id":"y","seq":9}"#,
        // Nothing of text that is no JSON is believed, nor of a counter that stands twice: these two are gaps.
        #"{"id":"m-10","seq":10"#, #"{"id":"m-11","seq":11,"seq":11}"#,
        Self.ride(12),
      ], partner: "meituan-bike")
    try fleet.process(12)
    #expect(
      Set(try fleet.rows("SELECT outcome FROM puhui.outcomes"))
        == ["credited", "conflict", "held", "rejected", "reversal"])
    #expect(try gaps(fleet, "meituan-bike").numbers == [10, 11])
  }

  @Test(.timeLimit(.minutes(30)))
  func `what was lost is what the model says, although workers are killed again and again`() throws {
    let fleet = try FleetFixture()
    let oracle = try Oracle(fleet)
    let (journal, lostLines) = (oracle.path("pushed.jsonl"), oracle.path("lost.jsonl"))
    try fleet.succeed([
      "simulate", "--count", "40000", "--seed", "99", "--residents", "4000", "--from", "2022-11-01", "--to",
      "2022-11-05", "--max-length", "1000000", "--journal", journal,
    ])
    // Each seventh line of a stretch of the journal, and that stretch's end: single holes, and long ones.
    let lines = try String(contentsOfFile: journal, encoding: .utf8).split(separator: "\n")
    let lost = lines.indices.filter { ($0 > 5_000 && $0 < 9_000 && $0 % 7 == 0) || (20_000..<20_400).contains($0) }
    try lost.map { lines[$0] + "\n" }.joined().write(toFile: lostLines, atomically: true, encoding: .utf8)
    try lose(lost, of: lines, fleet)
    for round in 1...4 {
      let workers = [
        try fleet.program.start(["ingest", "--lanes", "2"]), try fleet.program.start(["score", "--lanes", "2"]),
      ]
      try fleet.waitForOutcomes(min(40_000 - lost.count, round * 8_000), workers)
      for worker in workers { worker.kill() }
    }
    try fleet.process(40_000 - lost.count)
    let gaps = try fleet.value("SELECT coalesce(json_agg(g), '[]') FROM puhui.sequence_gaps g")
    try gaps.write(toFile: oracle.path("gaps.json"), atomically: true, encoding: .utf8)
    let said = try oracle.python([
      "sequences.py", "--journal", journal, "--lost", lostLines, "--gaps", oracle.path("gaps.json"),
    ])
    #expect(said.contains("agree"), "\(said)")
  }

  /// Takes the messages of lines of a journal out of the lists that it was pushed to, where nothing has left them yet.
  private func lose(_ lost: [Int], of lines: [Substring], _ fleet: FleetFixture) throws {
    var places: [String: [Int]] = [:]
    var lengths: [String: Int] = [:]
    let gone = Set(lost)
    for (number, line) in lines.enumerated() {
      let partner = String(line.split(separator: "\"", maxSplits: 4)[3])
      if gone.contains(number) { places[partner, default: []].append(lengths[partner, default: 0]) }
      lengths[partner, default: 0] += 1
    }
    for (partner, places) in places {
      let length = lengths[partner] ?? 0
      try lose(places.map { length - 1 - $0 }, from: fleet.keys.inbox(partner), fleet)
    }
  }

  @Test func `numbers in any order need several blocks, and are exact all the same`() throws {
    let fleet = try FleetFixture()
    // Every second number, from above and below in turns: no two of a turn touch.
    let odd = (0..<3_000).map { Int64($0.isMultiple(of: 2) ? 6_001 - $0 : $0) }
    try fleet.push(odd.map { Self.ride($0) }, partner: "meituan-bike")
    try fleet.process(3_000)
    let all = Set(odd)
    let lowest = try #require(all.min())
    let highest = try #require(all.max())
    #expect(try gaps(fleet, "meituan-bike").numbers == (lowest...highest).filter { !all.contains($0) })
    try fleet.push((lowest...highest).map { Self.ride($0) }, partner: "meituan-bike")
    try fleet.process(3_000 + Int(highest - lowest + 1))
    #expect(try gaps(fleet, "meituan-bike").missing == 0)
  }

  @Test func `the expected ends of the counter are accounted for where they are stated`() throws {
    let fleet = try FleetFixture()
    try fleet.push(
      [3, 4, 8, 9].map { Self.ride($0) } + [Self.ride(0, id: "zero"), Self.ride(.max, id: "end")],
      partner: "qingju-bike")
    try fleet.push([10, 11, 15].map { Self.ride($0) }, partner: "meituan-bike")
    try fleet.process(9)
    #expect(try gaps(fleet, "meituan-bike").numbers == [12, 13, 14])
    #expect(try gaps(fleet, "meituan-bike", ["--from", "8", "--to", "17"]).numbers == [8, 9, 12, 13, 14, 16, 17])
    #expect(try gaps(fleet, "meituan-bike", ["--from", "13"]).numbers == [13, 14])
    #expect(try gaps(fleet, "meituan-bike", ["--to", "12"]).numbers == [12])
    #expect(try gaps(fleet, "meituan-bike", ["--from", "16", "--to", "17"]).numbers == [16, 17])
    #expect(try gaps(fleet, "eleme", ["--from", "1", "--to", "3"]).numbers == [1, 2, 3])
    #expect(try fleet.succeed(["gaps", "eleme"]).contains("no message carried a seq"))
    let wide = try gaps(fleet, "qingju-bike")
    #expect(wide.gaps.map(\.first) == [1, 5, 10] && wide.gaps.map(\.last) == [2, 7, .max - 1])
    #expect(wide.missing == .max - 10 + 5)
    let limited = try fleet.succeed(["gaps", "qingju-bike", "--limit", "1"])
    #expect(limited.contains("and 2 more gaps"), "\(limited)")
    let summary = try fleet.succeed(["gaps", "--csv"])
    #expect(summary.contains("meituan-bike,10,15,3,3,1,"), "\(summary)")
    let unknown = try fleet.program.run(["gaps", "meituan-bikes"])
    #expect(unknown.status == 1 && unknown.errors.contains("did you mean \"meituan-bike\"?"), "\(unknown.errors)")
    for wrong in [
      ["gaps", "--from", "1"], ["gaps", "eleme", "--from", "5", "--to", "4"], ["gaps", "eleme", "--to=-1"],
    ] {
      #expect(try fleet.program.run(wrong).status == 2, "\(wrong)")
    }
  }

  @Test func `numbers are folded into as few ranges as there are, by any steps, and the view is exact at each`() throws
  {
    let fleet = try FleetFixture()
    var connection = try fleet.connectPostgres()
    var random = SystemRandomNumberGenerator()
    var seen = SequenceRuns()
    for batch in 1...40 {
      for shard in 0..<Int.random(in: 1...6, using: &random) {
        let low = Int64.random(in: 0..<400, using: &random) + (batch.isMultiple(of: 10) ? .max - 500 : 0)
        // Scattered, as the messages of one shard are.
        let high = low + Int64.random(in: 0...12, using: &random)
        let numbers = (low...high).filter { _ in Bool.random(using: &random) }
        for number in numbers { seen.insert(number) }
        let list = numbers.map(String.init).joined(separator: ",")
        try connection.execute(
          """
          INSERT INTO puhui.sequence_batch
          VALUES (\(batch), now(), \(shard), '{1}', ARRAY[now()], '{1}', '{\(numbers.count)}', '{\(list)}')
          """)
      }
      if batch % 3 > 0 {
        let rows = Int32.random(in: 1...8, using: &random)
        _ = try SequenceFold.foldOnce(maxRows: rows, olderThanSeconds: 0, &connection)
      }
      let rows = try fleet.rows("SELECT low, high FROM puhui.sequence_seen ORDER BY low")
      #expect(rows == seen.merged.map { "\($0.lowerBound)|\($0.upperBound)" }, "after batch \(batch)")
    }
    try SequenceFold.fold(olderThanSeconds: 0, &connection)
    #expect(try fleet.value("SELECT count(*) FROM puhui.sequence_batch") == "0")
    let rows = try fleet.rows("SELECT low, high FROM puhui.sequence_range ORDER BY low")
    #expect(rows == seen.merged.map { "\($0.lowerBound)|\($0.upperBound)" })
  }

  @Test func `the newest numbers wait until all shards have booked theirs, but not for ever`() throws {
    let fleet = try FleetFixture()
    var connection = try fleet.connectPostgres()
    /// Every fourth number below an end, as one of four shards has them.
    func book(shard: Int64, from start: Int64, below end: Int64, ageSeconds: Int) throws {
      let numbers = (start..<end).filter { $0 % 4 == shard }
      try connection.execute(
        """
        INSERT INTO puhui.sequence_batch VALUES (\(start + 1), now() - interval '\(ageSeconds) s', \(shard), '{1}',
          ARRAY[now()], '{1}', '{\(numbers.count)}', '{\(numbers.map(String.init).joined(separator: ","))}')
        """)
    }
    func rows(_ table: String) throws -> [String] {
      try fleet.rows("SELECT low, high FROM puhui.\(table) ORDER BY low")
    }
    for shard in 0..<3 as Range<Int64> { try book(shard: shard, from: 0, below: 1_000, ageSeconds: 20) }
    try book(shard: 3, from: 0, below: 600, ageSeconds: 20)
    let ragged = try rows("sequence_seen")
    #expect(ragged.count == 100)
    try SequenceFold.fold(olderThanSeconds: 10, &connection)
    #expect(try rows("sequence_range") == ["0|602"], "pieces were folded that are not complete yet")
    #expect(try rows("sequence_seen") == ragged)

    try book(shard: 3, from: 600, below: 1_000, ageSeconds: 15)
    try SequenceFold.fold(olderThanSeconds: 10, &connection)
    #expect(try rows("sequence_range") == ["0|999"])
    #expect(try fleet.value("SELECT count(*) FROM puhui.sequence_batch") == "0")

    // Nobody will ever book the fourth part of these.
    for shard in 0..<3 as Range<Int64> { try book(shard: shard, from: 1_000, below: 2_000, ageSeconds: 71) }
    try SequenceFold.fold(olderThanSeconds: 10, &connection)
    #expect(try rows("sequence_range").count == 250)
    #expect(try fleet.value("SELECT count(*) FROM puhui.sequence_batch") == "0")
  }

  @Test func `two folds at once do not wait for each other`() throws {
    let fleet = try FleetFixture()
    var one = try fleet.connectPostgres()
    var two = try fleet.connectPostgres()
    try one.begin()
    _ = try one.query("SELECT pg_advisory_xact_lock(hashtext('puhui sequence fold'))")
    #expect(try SequenceFold.foldOnce(maxRows: 1, olderThanSeconds: 0, &two) == nil)
    one.rollback()
    #expect(try SequenceFold.foldOnce(maxRows: 1, olderThanSeconds: 0, &two) == 0)
  }

  @Test func `the fleet keeps few rows of a long stream`() throws {
    let fleet = try FleetFixture()
    let worker = try fleet.program.start(["all", "--lanes", "1"])
    for part in 0..<5 {
      try fleet.push((1...200).map { Self.ride(Int64(part * 200 + $0)) }, partner: "meituan-bike")
      try fleet.waitForOutcomes((part + 1) * 200, [worker])
    }
    try fleet.waitUntilDrained([worker])
    let deadline = ContinuousClock.now + .seconds(300)
    while try fleet.value("SELECT count(*) FROM puhui.sequence_batch") != "0" {
      guard ContinuousClock.now < deadline else { throw TestFailure("numbers are not folded: \(worker.logText)") }
      usleep(20_000)
    }
    #expect(try fleet.rows("SELECT low, high FROM puhui.sequence_range") == ["1|1000"])
    #expect(worker.stop() == 0)
  }
}
