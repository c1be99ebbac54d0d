import Foundation
import PostgresClient
import TestServers
import Testing

struct PostgresConnectionTests {
  @Test func `a session is UTF-8, UTC and has its timeouts`() throws {
    var connection = try TestDatabase.connect(statementTimeoutMs: 12_345)
    let rows = try connection.query(
      """
      SELECT current_setting('client_encoding'), current_setting('TimeZone'), current_setting('statement_timeout'),
        current_setting('idle_in_transaction_session_timeout'), current_setting('application_name')
      """)
    #expect(
      (0..<5).map { rows.string(0, $0) } == ["UTF8", "UTC", "12345ms", "12345ms", "postgres-client-tests"])
  }

  @Test func `several statements run in order, and the first refused one ends them`() throws {
    var connection = try TestDatabase.connect()
    try connection.execute(
      "CREATE TEMP TABLE t (n int PRIMARY KEY); INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)")
    let error = postgresError { try connection.execute("INSERT INTO t VALUES (3); INSERT INTO t VALUES (1); SELECT 1") }
    #expect(error?.kind == .server)
    #expect(error?.isUniqueViolation == true)
    #expect(error?.constraint == "t_pkey")
    #expect(error?.detail?.contains("(n)=(1)") == true)
    #expect(try connection.number("SELECT count(*) FROM t") == 2)
  }

  @Test func `an error inside a transaction leaves the connection usable after a rollback`() throws {
    var connection = try TestDatabase.connect()
    try connection.begin()
    #expect(connection.isInTransaction == true)
    #expect(connection.refusal(of: "SELECT nowhere")?.isUndefinedObject == true)
    #expect(connection.refusal(of: "SELECT 1")?.sqlState == "25P02")
    connection.rollback()
    #expect(connection.isInTransaction == false)
    #expect(connection.isBroken == false)
    #expect(try connection.number("SELECT 42") == 42)
  }

  @Test func `a statement over its time is stopped by the server and the connection lives`() throws {
    var connection = try TestDatabase.connect(statementTimeoutMs: 100)
    let error = connection.refusal(of: "SELECT pg_sleep(60)")
    #expect(error?.kind == .server)
    #expect(error?.isCancelled == true)
    #expect(try connection.number("SELECT 1") == 1)
  }

  @Test func `a lock that is not to be had has its own SQLSTATE`() throws {
    var owner = try TestDatabase.connect()
    let schema = try TestDatabase.makeSchema(&owner)
    try owner.execute("CREATE TABLE t (n int); INSERT INTO t VALUES (1)")
    try owner.begin()
    _ = try owner.query("SELECT n FROM t FOR UPDATE")
    var other = try TestDatabase.connect()
    try other.begin()
    try other.execute("SET LOCAL lock_timeout = 50")
    let error = other.refusal(of: "SELECT n FROM \(schema).t FOR UPDATE")
    #expect(error?.isLockTimeout == true)
    #expect(error?.isTransient == true)
    other.rollback()
    owner.rollback()
    #expect(try other.number("SELECT n FROM \(schema).t FOR UPDATE") == 1)
  }

  @Test func `a stopped server is given up in time, and the connection is broken for good`() throws {
    var connection = try TestDatabase.connect(statementTimeoutMs: 200)
    let backend = pid_t(try connection.number("SELECT pg_backend_pid()"))
    kill(backend, SIGSTOP)
    defer { kill(backend, SIGCONT) }
    let start = ContinuousClock.now
    let error = connection.refusal(of: "SELECT 1")
    #expect(error?.kind == .timeout)
    #expect(ContinuousClock.now - start < .seconds(20), "it waited far longer than 3.2 s")
    #expect(connection.isBroken == true)
    #expect(connection.refusal(of: "SELECT 1")?.kind == .connection, "a broken connection must refuse at once")
    #expect(postgresError { try connection.begin() }?.kind == .connection)
    connection.rollback()
  }

  @Test func `a terminated session breaks the connection and says why`() throws {
    var victim = try TestDatabase.connect()
    let backend = try victim.number("SELECT pg_backend_pid()")
    var other = try TestDatabase.connect()
    _ = try other.query("SELECT pg_terminate_backend($1::int)", PostgresParameters { $0.append(Int32(backend)) })
    let error = victim.refusal(of: "SELECT 1")
    #expect(error?.kind == .connection)
    #expect(error?.sqlState == "57P01")
    #expect(error?.isTransient == true)
    #expect(victim.isBroken == true)
  }

  @Test func `warnings are kept, the last twenty, and notices are not`() throws {
    var connection = try TestDatabase.connect()
    try connection.execute("DO $$ BEGIN RAISE NOTICE 'psst'; RAISE WARNING 'look out'; END $$")
    #expect(connection.takeWarnings() == ["01000 look out"])
    try connection.execute("DO $$ BEGIN FOR i IN 1..50 LOOP RAISE WARNING '%', i; END LOOP; END $$")
    #expect(connection.takeWarnings().last == "01000 50")
    #expect(connection.takeWarnings().isEmpty)
  }

  @Test func `a COPY sent as a plain statement is refused and does not hang`() throws {
    var connection = try TestDatabase.connect()
    let error = postgresError { try connection.execute("COPY (SELECT 1) TO STDOUT") }
    #expect(error?.kind == .usage)
    #expect(connection.isBroken == true)
  }

  @Test func `a NUL in the SQL is refused before it is sent`() throws {
    var connection = try TestDatabase.connect()
    #expect(postgresError { try connection.execute("SELECT 1\0; DROP TABLE x") }?.kind == .usage)
    #expect(connection.refusal(of: "SELECT 1\0")?.kind == .usage)
    #expect(try connection.number("SELECT 1") == 1)
  }

  @Test func `descriptions hold no values`() throws {
    var connection = try TestDatabase.connect()
    let error = connection.refusal(of: "SELECT $1::int", PostgresParameters { $0.append("secret-value") })
    #expect(error?.sqlState == "22P02")
    #expect(error?.message.contains("secret-value") == true)
    #expect(error?.description == "PostgreSQL, server 22P02: a value was refused")
  }

  @Test func `a hundred connections at once`() throws {
    // An array cannot hold connections: recursion does.
    func nest(_ depth: Int) throws -> Int64 {
      var connection = try TestDatabase.connect()
      let here = try connection.number("SELECT 1")
      return depth == 1 ? here : here + (try nest(depth - 1))
    }
    #expect(try nest(100) == 100)
  }
}
