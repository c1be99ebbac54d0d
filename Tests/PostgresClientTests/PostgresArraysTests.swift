import PostgresClient
import Testing

struct PostgresArraysTests {
  @Test func `arrays of every type arrive element by element`() throws {
    var connection = try TestDatabase.connect()
    let rows = try connection.query(
      """
      SELECT * FROM unnest($1::int2[], $2::int4[], $3::int8[], $4::text[], $5::bool[], $6::timestamptz[], $7::date[],
        $8::uuid[])
      """,
      PostgresParameters {
        $0.append(array: [Int16.min, 0, .max])
        $0.append(array: [Int32.min, 0, .max])
        $0.append(array: [Int64.min, 0, .max])
        $0.append(array: ["", "a,b\"{}", "碳"])
        $0.append(array: [true, false, true])
        $0.append(timestamps: [-1, 0, 1_669_681_380_000_000])
        $0.append(dates: [-1, 0, 19_325])
        $0.append(uuids: [(1, 2), (0, 0), (.max, .max)])
      })
    #expect(rows.count == 3)
    #expect((0..<3).map { rows.int16($0, 0) } == [.min, 0, .max])
    #expect((0..<3).map { rows.int32($0, 1) } == [.min, 0, .max])
    #expect((0..<3).map { rows.int64($0, 2) } == [.min, 0, .max])
    #expect((0..<3).map { rows.string($0, 3) } == ["", "a,b\"{}", "碳"])
    #expect((0..<3).map { rows.bool($0, 4) } == [true, false, true])
    #expect((0..<3).map { rows.timestamp($0, 5) } == [-1, 0, 1_669_681_380_000_000])
    #expect((0..<3).map { rows.date($0, 6) } == [-1, 0, 19_325])
    #expect((0..<3).map { "\(rows.uuid($0, 7))" } == ["(1, 2)", "(0, 0)", "\((UInt64.max, UInt64.max))"])
  }

  @Test func `a column of arrays is read, and written by COPY, also an empty one`() throws {
    var connection = try TestDatabase.connect()
    try connection.execute("CREATE TEMP TABLE many (numbers bigint[])")
    var rows = PostgresCopyRows()
    let arrays: [[Int64]] = [[], [7], [.min, -1, 0, .max]]
    for array in arrays {
      rows.beginRow(columns: 1)
      rows.write(array: array)
    }
    try connection.copy(into: "many", columns: ["numbers"], rows)
    let read = try connection.query("SELECT numbers, numbers[1:0] FROM many ORDER BY cardinality(numbers)")
    #expect((0..<3).map { read.int64Array($0, 0) } == arrays)
    #expect(read.int64Array(2, 1).isEmpty, "an empty stretch of an array")
  }

  @Test func `arrays keep their NULLs`() throws {
    var connection = try TestDatabase.connect()
    let rows = try connection.query(
      """
      SELECT * FROM unnest($1::int2[], $2::int4[], $3::int8[], $4::text[], $5::bool[], $6::timestamptz[], $7::date[],
        $8::uuid[])
      """,
      PostgresParameters {
        $0.append(array: [nil, 5] as [Int16?])
        $0.append(array: [nil, 5] as [Int32?])
        $0.append(array: [nil, 5] as [Int64?])
        $0.append(array: [nil, "x"] as [String?])
        $0.append(array: [nil, true] as [Bool?])
        $0.append(timestamps: [nil, 5] as [Int64?])
        $0.append(dates: [nil, 5] as [Int32?])
        $0.append(uuids: [nil, (0, 5)])
      })
    #expect(rows.count == 2)
    #expect((0..<8).allSatisfy { rows.isNull(0, $0) })
    #expect((0..<3).map { rows.int64(1, $0) } == [5, 5, 5])
    #expect(rows.optionalString(1, 3) == "x")
    #expect(rows.optionalBool(1, 4) == true)
    #expect(rows.optionalTimestamp(1, 5) == 5)
    #expect(rows.optionalDate(1, 6) == 5)
    #expect(rows.optionalUuid(1, 7)?.1 == 5)
  }

  @Test func `an empty array is empty, not NULL`() throws {
    var connection = try TestDatabase.connect()
    let rows = try connection.query(
      "SELECT cardinality($1), cardinality($2), $3 = '{}'::uuid[]",
      PostgresParameters {
        $0.append(array: [] as [Int64])
        $0.append(array: [] as [String?])
        $0.append(uuids: [] as [(UInt64, UInt64)])
      })
    #expect(rows.int32(0, 0) == 0)
    #expect(rows.int32(0, 1) == 0)
    #expect(rows.bool(0, 2))
  }

  @Test func `an array of 100,000 numbers is summed right`() throws {
    var connection = try TestDatabase.connect()
    let sum = try connection.number(
      "SELECT sum(n)::int8 FROM unnest($1::int8[]) n",
      PostgresParameters { $0.append(array: Array(1...100_000 as ClosedRange<Int64>)) })
    #expect(sum == 5_000_050_000)
  }
}
