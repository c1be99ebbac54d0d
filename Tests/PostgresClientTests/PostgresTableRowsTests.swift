import PostgresClient
import Testing

struct PostgresTableRowsTests {
  private static let columns: [PostgresColumn] = [
    .smallint("a"), .integer("b"), .bigint("c"), .text("d"), .boolean("e"), .timestamptz("f"), .date("g"), .uuid("h"),
    .bytea("i"), .bigints("j"),
  ]
  private static let table = """
    CREATE TEMP TABLE "Table rows" (a int2, b int4, c int8, d text, e bool, f timestamptz, g date, h uuid, i bytea,
      j int8[])
    """

  private static func rows() -> PostgresTableRows {
    var table = PostgresTableRows(PostgresTable("Table rows", columns))
    table.beginRow()
    table.values.write(Int16.min)
    table.values.write(Int32.max)
    table.values.write(Int64.min)
    table.values.write("碳 \"NULL\" {,}\\")
    table.values.write(true)
    table.values.write(timestamp: 1_669_681_380_000_001)
    table.values.write(date: 19_325)
    table.values.write(uuid: (1, .max))
    table.values.write(bytes: [0, 255])
    table.values.write(array: [.min, -1, .max])
    table.beginRow()
    table.values.write(nil as Int16?)
    table.values.write(nil as Int32?)
    table.values.write(nil as Int64?)
    table.values.write(nil as String?)
    table.values.write(nil as Bool?)
    table.values.write(timestamp: nil)
    table.values.write(date: nil)
    table.values.write(uuid: nil)
    table.values.write(bytes: nil)
    table.values.writeNull()
    table.beginRow()
    table.values.write(Int16(1))
    table.values.write(Int32(2))
    table.values.write(Int64(3))
    table.values.write("")
    table.values.write(false)
    table.values.write(timestamp: 0)
    table.values.write(date: 0)
    table.values.write(uuid: (0, 0))
    table.values.write(bytes: [])
    table.values.write(array: [])
    return table
  }

  @Test func `a statement writes what COPY writes, NULLs and empty values too`() throws {
    var connection = try TestDatabase.connect()
    let rows = Self.rows()
    var written: [[String]] = []
    for isStatement in [false, true] {
      try connection.execute("DROP TABLE IF EXISTS \"Table rows\"; \(Self.table)")
      if isStatement {
        #expect(try connection.pipeline([try rows.statement()])[0].affectedRows == 3)
      } else {
        try connection.copy(rows)
      }
      let read = try connection.query("SELECT to_jsonb(t)::text FROM \"Table rows\" t ORDER BY a NULLS LAST")
      written.append((0..<read.count).map { read.string($0, 0) })
    }
    #expect(written[0] == written[1])
    #expect(written[1][2].contains("\"j\": null") && written[1][1].contains("\"j\": []"), "\(written[1])")
  }

  @Test func `values of other types, and rows that are not complete, are refused`() throws {
    var connection = try TestDatabase.connect()
    try connection.execute("CREATE TEMP TABLE t (n int8, name text)")
    var short = PostgresTableRows(PostgresTable("t", [.bigint("n"), .text("name")]))
    short.beginRow()
    short.values.write(Int64(1))
    #expect(postgresError { _ = try short.statement() }?.kind == .usage)
    short.values.write("one")
    _ = try short.statement()
    short.values.beginRow(columns: 1)
    short.values.write(Int64(1))
    #expect(postgresError { _ = try short.statement() }?.kind == .usage)

    var other = PostgresTableRows(PostgresTable("t", [.bigint("n")]))
    other.beginRow()
    other.values.write(Int32(1))
    #expect(postgresError { _ = try connection.pipeline([try other.statement()]) }?.kind == .server)
    #expect(try connection.number("SELECT count(*) FROM t") == 0)
  }
}
