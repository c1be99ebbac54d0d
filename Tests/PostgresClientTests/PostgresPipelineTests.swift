import PostgresClient
import Testing

struct PostgresPipelineTests {
  @Test func `the rows of each statement come in order`() throws {
    var connection = try TestDatabase.connect()
    try connection.execute("CREATE TEMP TABLE t (n int8 PRIMARY KEY)")
    let insert = "INSERT INTO t VALUES ($1)"
    for round in 0..<3 as Range<Int64> {
      let rows = try connection.pipeline([
        (insert, PostgresParameters { $0.append(round * 2) }),
        (insert, PostgresParameters { $0.append(round * 2 + 1) }),
        ("SELECT n FROM t ORDER BY n", .init()),
        ("SELECT count(*) FROM t WHERE n < 0", .init()),
      ])
      #expect(rows.map(\.affectedRows) == [1, 1, Int(round) * 2 + 2, 1])
      #expect((0..<rows[2].count).map { rows[2].int64($0, 0) } == Array(0..<(round * 2 + 2)))
      #expect(rows[3].int64(0, 0) == 0)
    }
    #expect(try connection.number("SELECT count(*) FROM pg_prepared_statements WHERE statement = '\(insert)'") == 1)
  }

  @Test func `no statements are no round trip`() throws {
    var connection = try TestDatabase.connect()
    #expect(try connection.pipeline([]).isEmpty)
  }

  @Test func `an error in the middle undoes the pipeline and leaves the connection usable`() throws {
    var connection = try TestDatabase.connect()
    try connection.execute("CREATE TEMP TABLE t (n int8 PRIMARY KEY)")
    let insert = "INSERT INTO t VALUES ($1)"
    let error = postgresError {
      _ = try connection.pipeline([
        (insert, PostgresParameters { $0.append(Int64(1)) }),
        (insert, PostgresParameters { $0.append(Int64(1)) }),
        ("SELECT 'never prepared'", .init()),
        ("SELECT nowhere", .init()),
      ])
    }
    #expect(error?.isUniqueViolation == true)
    #expect(error?.constraint == "t_pkey")
    #expect(connection.isBroken == false)
    #expect(connection.isInTransaction == false)
    #expect(try connection.number("SELECT count(*) FROM t") == 0)
    #expect(try connection.query("SELECT 'never prepared'").string(0, 0) == "never prepared")
    _ = try connection.pipeline([(insert, PostgresParameters { $0.append(Int64(1)) })])
    #expect(try connection.number("SELECT count(*) FROM t") == 1)
  }

  @Test func `an error inside a transaction waits for its rollback`() throws {
    var connection = try TestDatabase.connect()
    try connection.begin()
    #expect(
      postgresError { _ = try connection.pipeline([("SELECT 1", .init()), ("SELECT 1/0", .init())]) }?.sqlState
        == "22012")
    #expect(connection.refusal(of: "SELECT 1")?.sqlState == "25P02")
    connection.rollback()
    #expect(try connection.number("SELECT 1") == 1)
  }

  @Test func `both directions at once do not block each other`() throws {
    // 60 statements with 100 kB each way: far more than the sockets hold, so that both sides must read and write.
    var connection = try TestDatabase.connect()
    let text = String(repeating: "x", count: 100_000)
    let rows = try connection.pipeline((0..<60).map { _ in ("SELECT $1", PostgresParameters { $0.append(text) }) })
    #expect(rows.count == 60)
    #expect(rows.allSatisfy { $0.string(0, 0) == text })
  }

  @Test func `rows are handed out as they come, and those before are not held`() throws {
    var connection = try TestDatabase.connect()
    weak var before: PostgresRows?
    var counts: [Int] = []
    let counted = (1...3).map { count in
      ("SELECT generate_series(1, $1::int8)", PostgresParameters { $0.append(Int64(count)) })
    }
    let error = postgresError {
      try connection.pipeline(counted + [("SELECT 1/0", .init()), ("SELECT 4", .init())]) { rows in
        #expect(before == nil, "the rows of statement \(counts.count) are held")
        counts.append(rows.count)
        before = rows
      }
    }
    #expect(error?.sqlState == "22012")
    #expect(counts == [1, 2, 3])
    #expect(before == nil)
  }

  @Test func `a pipeline makes room in the cache, and too many texts are refused`() throws {
    var connection = try TestDatabase.connect()
    for round in 0..<3 {
      let rows = try connection.pipeline((0..<200).map { ("SELECT \(round * 1000 + $0)::int8", .init()) })
      #expect(rows.indices.allSatisfy { rows[$0].int64(0, 0) == Int64(round * 1000 + $0) })
    }
    #expect(try connection.number("SELECT count(*) FROM pg_prepared_statements") <= 256)
    let error = postgresError { _ = try connection.pipeline((0..<257).map { ("SELECT -\($0)", .init()) }) }
    #expect(error?.kind == .usage)
    #expect(connection.isBroken == false)
  }

  @Test func `a session terminated inside a pipeline breaks the connection`() throws {
    var connection = try TestDatabase.connect()
    let error = postgresError {
      _ = try connection.pipeline([
        ("SELECT 1", .init()), ("SELECT pg_terminate_backend(pg_backend_pid())", .init()), ("SELECT 2", .init()),
      ])
    }
    #expect(error?.kind == .connection)
    #expect(error?.sqlState == "57P01")
    #expect(connection.isBroken == true)
  }
}
