import PostgresClient
import Testing

/// The cache of prepared statements, seen from the server: `pg_prepared_statements` lists what it holds.
struct PostgresStatementsTests {
  private func prepared(_ connection: inout PostgresConnection, like pattern: String) throws -> Int64 {
    try connection.number(
      "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE $1",
      PostgresParameters { $0.append(pattern) })
  }

  @Test func `one text is prepared once and used again`() throws {
    var connection = try TestDatabase.connect()
    for number in 0..<5 as Range<Int64> {
      #expect(try connection.number("SELECT $1 + 1000", PostgresParameters { $0.append(number) }) == number + 1000)
    }
    #expect(try prepared(&connection, like: "SELECT $1 + 1000") == 1)
  }

  @Test func `one text with other types is another statement`() throws {
    var connection = try TestDatabase.connect()
    #expect(try connection.query("SELECT $1", PostgresParameters { $0.append(Int64(7)) }).int64(0, 0) == 7)
    #expect(try connection.query("SELECT $1", PostgresParameters { $0.append("seven") }).string(0, 0) == "seven")
    #expect(try prepared(&connection, like: "SELECT $1") == 2)
  }

  @Test func `the cache is bounded, and what is used stays`() throws {
    var connection = try TestDatabase.connect()
    for number in 0..<600 as Range<Int64> {
      #expect(try connection.number("SELECT \(number)::int8 AS n") == number)
      #expect(try connection.number("SELECT 1::int8 AS evergreen") == 1)
    }
    #expect(try connection.number("SELECT count(*) FROM pg_prepared_statements") <= 256)
    let rows = try connection.query("SELECT name FROM pg_prepared_statements WHERE statement LIKE '%AS evergreen'")
    #expect(rows.count == 1)
    #expect(rows.string(0, 0) == "s2", "the statement that was used all the time was prepared again")
  }

  @Test func `a statement that the server forgot, or whose columns changed, is prepared anew`() throws {
    var connection = try TestDatabase.connect()
    _ = try connection.query("SELECT 5")
    try connection.execute("DEALLOCATE ALL")
    #expect(connection.refusal(of: "SELECT 5")?.sqlState == "26000")
    #expect(try connection.number("SELECT 5") == 5)

    try connection.execute("CREATE TEMP TABLE t (n int8); INSERT INTO t VALUES (1)")
    _ = try connection.query("SELECT * FROM t")
    try connection.execute("ALTER TABLE t ALTER n TYPE text")
    #expect(connection.refusal(of: "SELECT * FROM t")?.sqlState == "0A000")
    #expect(try connection.query("SELECT * FROM t").string(0, 0) == "1")
  }

  @Test func `a statement that does not parse is not kept`() throws {
    var connection = try TestDatabase.connect()
    for _ in 0..<2 { #expect(connection.refusal(of: "SELEKT 1")?.sqlState == "42601") }
    #expect(try connection.number("SELECT 1") == 1)
  }
}
