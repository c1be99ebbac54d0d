import PostgresClient
import Testing

struct PostgresCopyTests {
  private static let table = """
    CREATE TABLE "Copy.t" (a int2, b int4, c int8, d text, e bool, f timestamptz, g date, h uuid, i bytea)
    """
  private static let columns = ["a", "b", "c", "d", "e", "f", "g", "h", "i"]

  @Test func `every type and its NULL`() throws {
    var connection = try TestDatabase.connect()
    let schema = try TestDatabase.makeSchema(&connection)
    try connection.execute(Self.table)
    var rows = PostgresCopyRows()
    rows.beginRow(columns: 9)
    rows.write(Int16.min)
    rows.write(Int32.max)
    rows.write(Int64.min)
    rows.write("碳\n\t\\.")
    rows.write(true)
    rows.write(timestamp: 1_669_681_380_000_001)
    rows.write(date: 19_325)
    rows.write(uuid: (1, 2))
    rows.write(bytes: [0, 255])
    rows.beginRow(columns: 9)
    rows.write(nil as Int16?)
    rows.write(nil as Int32?)
    rows.write(nil as Int64?)
    rows.write(nil as String?)
    rows.write(nil as Bool?)
    rows.write(timestamp: nil)
    rows.write(date: nil)
    rows.write(uuid: nil)
    rows.write(bytes: nil)
    #expect(rows.rowCount == 2)
    // The first dot parts schema and table: what is quoted keeps any further one.
    try connection.copy(into: "\(schema).Copy.t", columns: Self.columns, rows)
    let read = try connection.query("SELECT * FROM \(schema).\"Copy.t\" ORDER BY a")
    #expect(read.count == 2)
    #expect(read.int16(0, 0) == .min && read.int32(0, 1) == .max && read.int64(0, 2) == .min)
    #expect(read.string(0, 3) == "碳\n\t\\." && read.bool(0, 4))
    #expect(read.timestamp(0, 5) == 1_669_681_380_000_001 && read.date(0, 6) == 19_325)
    #expect(read.uuid(0, 7) == (1, 2) && read.bytes(0, 8) == [0, 255])
    #expect((0..<9).allSatisfy { read.isNull(1, $0) })
  }

  private static func numbers(_ range: Range<Int64>, rows: inout PostgresCopyRows) {
    for number in range {
      rows.beginRow(columns: 2)
      rows.write(number)
      rows.write("resident-\(number)")
    }
  }

  @Test func `a hundred thousand rows, and again in the same buffer`() throws {
    var connection = try TestDatabase.connect()
    try connection.execute("CREATE TEMP TABLE t (n int8 PRIMARY KEY, name text)")
    var rows = PostgresCopyRows(reservingBytes: 1 << 20)
    Self.numbers(0..<100_000, rows: &rows)
    try connection.copy(into: "t", columns: ["n", "name"], rows)
    #expect(try connection.number("SELECT sum(n)::int8 FROM t WHERE name = 'resident-' || n") == 4_999_950_000)
    rows.removeAll()
    Self.numbers(100_000..<100_010, rows: &rows)
    try connection.copy(into: "t", columns: ["n", "name"], rows)
    #expect(try connection.number("SELECT count(*) FROM t") == 100_010)
  }

  @Test func `a unique violation undoes all rows and leaves the connection usable`() throws {
    var connection = try TestDatabase.connect()
    try connection.execute("CREATE TEMP TABLE t (n int8 PRIMARY KEY, name text)")
    var rows = PostgresCopyRows()
    Self.numbers(0..<1, rows: &rows)
    Self.numbers(0..<100_000, rows: &rows)
    let error = postgresError { try connection.copy(into: "t", columns: ["n", "name"], rows) }
    #expect(error?.isUniqueViolation == true)
    #expect(error?.constraint == "t_pkey")
    #expect(try connection.number("SELECT count(*) FROM t") == 0)
    try connection.begin()
    #expect(postgresError { try connection.copy(into: "t", columns: ["n", "name"], rows) }?.isUniqueViolation == true)
    connection.rollback()
    rows.removeAll()
    Self.numbers(0..<10, rows: &rows)
    try connection.copy(into: "t", columns: ["n", "name"], rows)
    #expect(try connection.number("SELECT count(*) FROM t") == 10)
  }

  @Test func `a table that is not there is the server's refusal`() throws {
    var connection = try TestDatabase.connect()
    var rows = PostgresCopyRows()
    Self.numbers(0..<1, rows: &rows)
    #expect(postgresError { try connection.copy(into: "x\"; DROP", columns: ["n"], rows) }?.isUndefinedObject == true)
    #expect(try connection.number("SELECT 1") == 1)
  }

  @Test func `rows that are not complete are refused before they are sent`() throws {
    var connection = try TestDatabase.connect()
    try connection.execute("CREATE TEMP TABLE t (n int8, name text)")
    var short = PostgresCopyRows()
    short.beginRow(columns: 2)
    short.write(Int64(1))
    #expect(postgresError { try connection.copy(into: "t", columns: ["n", "name"], short) }?.kind == .usage)
    short.beginRow(columns: 1)
    short.write(Int64(1))
    #expect(postgresError { try connection.copy(into: "t", columns: ["n", "name"], short) }?.kind == .usage)
    try connection.copy(into: "t", columns: ["n", "name"], PostgresCopyRows())
    #expect(try connection.number("SELECT count(*) FROM t") == 0)
  }

  @Test func `a value of another type than the column's is refused`() throws {
    var connection = try TestDatabase.connect()
    try connection.execute("CREATE TEMP TABLE t (n int4)")
    var rows = PostgresCopyRows()
    rows.beginRow(columns: 1)
    rows.write(Int64(1))
    #expect(postgresError { try connection.copy(into: "t", columns: ["n"], rows) }?.kind == .server)
    #expect(try connection.number("SELECT count(*) FROM t") == 0)
  }

  @Test func `a session terminated inside a COPY breaks the connection`() throws {
    var connection = try TestDatabase.connect()
    try connection.execute(
      """
      CREATE TEMP TABLE t (n int8, name text);
      CREATE FUNCTION pg_temp.die() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$;
      CREATE TRIGGER die BEFORE INSERT ON t FOR EACH ROW WHEN (NEW.n = 5000) EXECUTE FUNCTION pg_temp.die()
      """)
    var rows = PostgresCopyRows()
    Self.numbers(0..<500_000, rows: &rows)
    let error = postgresError { try connection.copy(into: "t", columns: ["n", "name"], rows) }
    #expect(error?.kind == .connection)
    #expect(connection.isBroken == true)
  }
}
