import PostgresClient
import TestServers
import Testing

/// What goes to the server in binary comes back the same, and means there what it means here.
struct PostgresTypesTests {
  @Test func `whole numbers keep their extremes`() throws {
    var connection = try TestDatabase.connect()
    for (small, middle, large) in [
      (Int16.min, Int32.min, Int64.min), (0, 0, 0), (-1, -1, -1), (Int16.max, Int32.max, Int64.max),
    ] {
      let rows = try connection.query(
        "SELECT $1, $2, $3, $1::text, $2::text, $3::text",
        PostgresParameters {
          $0.append(small)
          $0.append(middle)
          $0.append(large)
        })
      #expect(rows.count == 1 && rows.columnCount == 6)
      #expect(rows.int16(0, 0) == small)
      #expect(rows.int32(0, 1) == middle)
      #expect(rows.int64(0, 2) == large)
      #expect((0..<3).map { rows.int64(0, $0) } == [Int64(small), Int64(middle), large], "numbers widen")
      #expect((3..<6).map { rows.string(0, $0) } == ["\(small)", "\(middle)", "\(large)"])
    }
  }

  @Test(arguments: ["", "a", "碳普惠 🚲", "'; DROP TABLE x; --", "a\\b\t\n", String(repeating: "é", count: 300_000)])
  func `text keeps every character`(text: String) throws {
    var connection = try TestDatabase.connect()
    let rows = try connection.query(
      "SELECT $1, $1::varchar, char_length($1), $2, jsonb_build_object('k', $1)->>'k'",
      PostgresParameters {
        $0.append(text)
        $0.append(bytes: Array(text.utf8))
      })
    #expect(rows.string(0, 0) == text)
    #expect(rows.string(0, 1) == text)
    #expect(rows.int64(0, 2) == Int64(text.unicodeScalars.count))
    #expect(rows.bytes(0, 3) == Array(text.utf8))
    #expect(rows.string(0, 4) == text)
  }

  @Test func `a text with a NUL is refused by the server`() throws {
    var connection = try TestDatabase.connect()
    let error = connection.refusal(of: "SELECT $1", PostgresParameters { $0.append("a\0b") })
    #expect(error?.sqlState == "22021")
    #expect(connection.isBroken == false)
  }

  @Test func `booleans and bytes of every value`() throws {
    var connection = try TestDatabase.connect()
    let all = (0...255).map { UInt8($0) }
    let rows = try connection.query(
      "SELECT $1, $2, $3, octet_length($3), $4",
      PostgresParameters {
        $0.append(true)
        $0.append(false)
        $0.append(bytes: all)
        $0.append(bytes: [])
      })
    #expect(rows.bool(0, 0))
    #expect(!rows.bool(0, 1))
    #expect(rows.bytes(0, 2) == all)
    #expect(rows.int32(0, 3) == 256)
    #expect(rows.bytes(0, 4) == [] && !rows.isNull(0, 4), "no bytes are not NULL")
  }

  @Test(arguments: [
    (Int64(0), "1970-01-01 00:00:00+00"),
    (1_669_681_380_000_001, "2022-11-29 00:23:00.000001+00"),
    (-1, "1969-12-31 23:59:59.999999+00"),
    (946_684_800_000_000, "2000-01-01 00:00:00+00"),
    (-210_866_803_200_000_000, "4714-11-24 00:00:00+00 BC"),
    (.max, "294247-01-10 04:00:54.775807+00"),
  ])
  func `timestamps mean the same instant`(microseconds: Int64, text: String) throws {
    var connection = try TestDatabase.connect()
    let rows = try connection.query(
      "SELECT $1, $1::text, ($2::text)::timestamptz",
      PostgresParameters {
        $0.append(timestamp: microseconds)
        $0.append(text)
      })
    #expect(rows.string(0, 1) == text)
    #expect(rows.timestamp(0, 0) == microseconds)
    #expect(rows.timestamp(0, 2) == microseconds)
  }

  @Test func `timestamps and dates out of range are refused, never wrapped`() throws {
    var connection = try TestDatabase.connect()
    for moment in [.min, .min + 1, -210_866_803_200_000_001] as [Int64] {
      let error = connection.refusal(of: "SELECT $1", PostgresParameters { $0.append(timestamp: moment) })
      #expect(error?.sqlState == "22008", "\(moment): \(String(describing: error))")
    }
    for day in [.min, .max, .min + 10_000] as [Int32] {
      let error = connection.refusal(of: "SELECT $1", PostgresParameters { $0.append(date: day) })
      #expect(error?.sqlState == "22008", "\(day): \(String(describing: error))")
    }
  }

  @Test func `infinity is the greatest and the least number`() throws {
    var connection = try TestDatabase.connect()
    let rows = try connection.query(
      "SELECT 'infinity'::timestamptz, '-infinity'::timestamptz, 'infinity'::date, '-infinity'::date")
    #expect(rows.timestamp(0, 0) == .max)
    #expect(rows.timestamp(0, 1) == .min)
    #expect(rows.date(0, 2) == .max)
    #expect(rows.date(0, 3) == .min)
  }

  @Test(arguments: [
    (Int32(0), "1970-01-01"), (19_325, "2022-11-29"), (-1, "1969-12-31"), (10_957, "2000-01-01"),
    (-2_440_588, "4714-11-24 BC"), (2_145_042_905, "5874897-12-31"),
  ])
  func `dates mean the same day`(day: Int32, text: String) throws {
    var connection = try TestDatabase.connect()
    let rows = try connection.query("SELECT $1, $1::text", PostgresParameters { $0.append(date: day) })
    #expect(rows.string(0, 1) == text)
    #expect(rows.date(0, 0) == day)
  }

  @Test func `uuids keep their halves in order`() throws {
    var connection = try TestDatabase.connect()
    let rows = try connection.query(
      "SELECT $1, $1::text, $2",
      PostgresParameters {
        $0.append(uuid: (0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210))
        $0.append(uuid: (0, .max))
      })
    #expect(rows.uuid(0, 0) == (0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210))
    #expect(rows.string(0, 1) == "01234567-89ab-cdef-fedc-ba9876543210")
    #expect(rows.uuid(0, 2) == (0, UInt64.max))
  }

  @Test func `NULL of every type`() throws {
    var connection = try TestDatabase.connect()
    let rows = try connection.query(
      "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9",
      PostgresParameters {
        $0.append(nil as Int16?)
        $0.append(nil as Int32?)
        $0.append(nil as Int64?)
        $0.append(nil as String?)
        $0.append(nil as Bool?)
        $0.append(bytes: nil)
        $0.append(timestamp: nil)
        $0.append(date: nil)
        $0.append(uuid: nil)
      })
    #expect((0..<9).allSatisfy { rows.isNull(0, $0) })
    #expect(rows.optionalInt16(0, 0) == nil)
    #expect(rows.optionalInt32(0, 1) == nil)
    #expect(rows.optionalInt64(0, 2) == nil)
    #expect(rows.optionalString(0, 3) == nil)
    #expect(rows.optionalBool(0, 4) == nil)
    #expect(rows.optionalBytes(0, 5) == nil)
    #expect(rows.optionalTimestamp(0, 6) == nil)
    #expect(rows.optionalDate(0, 7) == nil)
    #expect(rows.optionalUuid(0, 8) == nil)
  }

  @Test func `enums and json read as text`() throws {
    var connection = try TestDatabase.connect()
    try connection.execute("CREATE TYPE pg_temp.mood AS ENUM ('glad', 'sad')")
    let rows = try connection.query(
      "SELECT 'sad'::pg_temp.mood, '{\"a\": 1}'::json, current_database(), $1::pg_temp.mood = 'glad'",
      PostgresParameters { $0.append("glad") })
    #expect(rows.string(0, 0) == "sad")
    #expect(rows.string(0, 1) == "{\"a\": 1}")
    #expect(rows.string(0, 2).hasPrefix("test_"))
    #expect(rows.bool(0, 3))
  }

  @Test func `affected rows are counted`() throws {
    var connection = try TestDatabase.connect()
    try connection.execute("CREATE TEMP TABLE t (n int)")
    #expect(try connection.query("INSERT INTO t SELECT generate_series(1, 7)").affectedRows == 7)
    #expect(try connection.query("UPDATE t SET n = n WHERE n > 100").affectedRows == 0)
    #expect(try connection.query("DELETE FROM t WHERE n < 3").affectedRows == 2)
    #expect(try connection.query("SELECT n FROM t").affectedRows == 5)
  }

  @Test(.onOwnThreads) func `a wrong type, a NULL and a missing place stop the program`() async {
    await #expect(processExitsWith: .failure) { [url = TestDatabase.url as String] in
      var connection = try TestDatabase.connect(to: url)
      _ = try connection.query("SELECT 1::int8").int32(0, 0)
    }
    await #expect(processExitsWith: .failure) { [url = TestDatabase.url as String] in
      var connection = try TestDatabase.connect(to: url)
      _ = try connection.query("SELECT 0::numeric").int64(0, 0)
    }
    await #expect(processExitsWith: .failure) { [url = TestDatabase.url as String] in
      var connection = try TestDatabase.connect(to: url)
      _ = try connection.query("SELECT NULL::text").string(0, 0)
    }
    await #expect(processExitsWith: .failure) { [url = TestDatabase.url as String] in
      var connection = try TestDatabase.connect(to: url)
      _ = try connection.query("SELECT 1").isNull(1, 0)
    }
  }
}
