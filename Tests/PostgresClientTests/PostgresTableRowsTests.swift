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
    var table = PostgresTableRows("Table rows", columns)
    table.beginRow()
    table.rows.write(Int16.min)
    table.rows.write(Int32.max)
    table.rows.write(Int64.min)
    table.rows.write("碳 \"NULL\" {,}\\")
    table.rows.write(true)
    table.rows.write(timestamp: 1_669_681_380_000_001)
    table.rows.write(date: 19_325)
    table.rows.write(uuid: (1, .max))
    table.rows.write(bytes: [0, 255])
    table.rows.write(array: [.min, -1, .max])
    table.beginRow()
    table.rows.write(nil as Int16?)
    table.rows.write(nil as Int32?)
    table.rows.write(nil as Int64?)
    table.rows.write(nil as String?)
    table.rows.write(nil as Bool?)
    table.rows.write(timestamp: nil)
    table.rows.write(date: nil)
    table.rows.write(uuid: nil)
    table.rows.write(bytes: nil)
    table.rows.writeNull()
    table.beginRow()
    table.rows.write(Int16(1))
    table.rows.write(Int32(2))
    table.rows.write(Int64(3))
    table.rows.write("")
    table.rows.write(false)
    table.rows.write(timestamp: 0)
    table.rows.write(date: 0)
    table.rows.write(uuid: (0, 0))
    table.rows.write(bytes: [])
    table.rows.write(array: [])
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
    var short = PostgresTableRows("t", [.bigint("n"), .text("name")])
    short.beginRow()
    short.rows.write(Int64(1))
    #expect(postgresError { _ = try short.statement() }?.kind == .usage)
    short.rows.write("one")
    _ = try short.statement()
    short.rows.beginRow(columns: 1)
    short.rows.write(Int64(1))
    #expect(postgresError { _ = try short.statement() }?.kind == .usage)

    var other = PostgresTableRows("t", [.bigint("n")])
    other.beginRow()
    other.rows.write(Int32(1))
    #expect(postgresError { _ = try connection.pipeline([try other.statement()]) }?.kind == .server)
    #expect(try connection.number("SELECT count(*) FROM t") == 0)
  }
}
