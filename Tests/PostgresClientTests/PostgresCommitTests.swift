import Foundation
import PostgresClient
import TestServers
import Testing

struct PostgresCommitTests {
  /// A table whose COMMIT runs `body` in a deferred trigger.
  private func makeTable(_ connection: inout PostgresConnection, commitRuns body: String) throws -> String {
    let schema = try TestDatabase.makeSchema(&connection)
    try connection.execute(
      """
      CREATE TABLE t (n int8);
      CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \(body); RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER late AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION late()
      """)
    return "\(schema).t"
  }

  @Test func `what is committed is seen by others, what is rolled back is not`() throws {
    var connection = try TestDatabase.connect()
    let schema = try TestDatabase.makeSchema(&connection)
    try connection.execute("CREATE TABLE t (n int8)")
    try connection.begin()
    try connection.execute("INSERT INTO t VALUES (1)")
    try connection.commit()
    try connection.begin()
    try connection.execute("INSERT INTO t VALUES (2)")
    connection.rollback()
    var other = try TestDatabase.connect()
    #expect(try other.number("SELECT sum(n)::int8 FROM \(schema).t") == 1)
  }

  @Test func `a session terminated by others inside its COMMIT is an unknown commit`() async throws {
    var connection = try TestDatabase.connect()
    let table = try makeTable(&connection, commitRuns: "PERFORM pg_sleep(60)")
    let backend = Int32(try connection.number("SELECT pg_backend_pid()"))
    let killer = Thread {
      let sql = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE pid = $1 AND query LIKE '%COMMIT' AND wait_event = 'PgSleep'
        """
      guard var other = try? TestDatabase.connect() else { return }
      for _ in 0..<20_000 {
        let hit = try? other.query(sql, PostgresParameters { $0.append(backend) })
        if hit?.count == 1 { return }
      }
    }
    killer.start()
    try connection.begin()
    try connection.execute("INSERT INTO \(table) VALUES (1)")
    let error = postgresError { try connection.commit() }
    #expect(error?.kind == .unknownCommit)
    #expect(error?.sqlState == "57P01")
    #expect(connection.isBroken == true)
  }

  @Test func `a session that dies in its own COMMIT is an unknown commit`() throws {
    var connection = try TestDatabase.connect()
    let table = try makeTable(&connection, commitRuns: "PERFORM pg_terminate_backend(pg_backend_pid())")
    try connection.begin()
    try connection.execute("INSERT INTO \(table) VALUES (1)")
    #expect(postgresError { try connection.commit() }?.kind == .unknownCommit)
    #expect(connection.isBroken == true)
    #expect(postgresError { try connection.commit() }?.kind == .connection, "nothing was sent this time")
  }

  @Test func `a server stopped in the COMMIT is an unknown commit within its time`() throws {
    var connection = try TestDatabase.connect(statementTimeoutMs: 200)
    let table = try makeTable(&connection, commitRuns: "NULL")
    let backend = pid_t(try connection.number("SELECT pg_backend_pid()"))
    try connection.begin()
    try connection.execute("INSERT INTO \(table) VALUES (1)")
    kill(backend, SIGSTOP)
    defer { kill(backend, SIGCONT) }
    #expect(postgresError { try connection.commit() }?.kind == .unknownCommit)
    #expect(connection.isBroken == true)
  }

  @Test func `a statement timeout does not cancel a COMMIT`() throws {
    var connection = try TestDatabase.connect(statementTimeoutMs: 300)
    let table = try makeTable(&connection, commitRuns: "PERFORM pg_sleep(0.6)")
    try connection.begin()
    try connection.execute("INSERT INTO \(table) VALUES (1)")
    try connection.commit()
    #expect(try connection.number("SELECT count(*) FROM \(table)") == 1)
    let rows = try connection.query("SELECT current_setting('statement_timeout')")
    #expect(rows.string(0, 0) == "300ms", "the timeout must be back after the COMMIT")
  }

  @Test func `a refusal in the COMMIT is the server's, and nothing is booked`() throws {
    var connection = try TestDatabase.connect()
    let table = try makeTable(&connection, commitRuns: "RAISE unique_violation")
    try connection.begin()
    try connection.execute("INSERT INTO \(table) VALUES (1)")
    let error = postgresError { try connection.commit() }
    #expect(error?.kind == .server)
    #expect(error?.isUniqueViolation == true)
    #expect(connection.isInTransaction == false)
    #expect(connection.isBroken == false)
    #expect(try connection.number("SELECT count(*) FROM \(table)") == 0)
  }

  @Test func `a COMMIT of a failed transaction throws`() throws {
    var connection = try TestDatabase.connect()
    try connection.begin()
    _ = connection.refusal(of: "SELECT nowhere")
    let error = postgresError { try connection.commit() }
    #expect(error?.kind == .server)
    #expect(error?.sqlState == "25P02")
    #expect(connection.isInTransaction == false)
    #expect(connection.isBroken == false)
  }

  @Test func `BEGIN and COMMIT out of place are refused`() throws {
    var connection = try TestDatabase.connect()
    #expect(postgresError { try connection.commit() }?.kind == .usage)
    try connection.begin()
    #expect(postgresError { try connection.begin() }?.kind == .usage)
    try connection.commit()
    connection.rollback()
    #expect(connection.isBroken == false)
  }

  @Test func `a COMMIT told off while it waits for its standby is an unknown commit`() throws {
    let server = try PostgresServer(settings: ["synchronous_standby_names=nobody"])
    let url = server.url(database: "postgres")
    var connection = try TestDatabase.connect(to: url)
    try connection.execute("SET synchronous_commit = local; CREATE TABLE t (n int8)")
    try connection.execute("SET synchronous_commit = on")
    let backend = Int32(try connection.number("SELECT pg_backend_pid()"))
    let canceller = Thread {
      let sql = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'SyncRep'"
      guard var other = try? TestDatabase.connect(to: url) else { return }
      for _ in 0..<20_000 {
        let hit = try? other.query(sql, PostgresParameters { $0.append(backend) })
        if hit?.count == 1 { return }
      }
    }
    canceller.start()
    try connection.begin()
    try connection.execute("INSERT INTO t VALUES (1)")
    let error = postgresError { try connection.commit() }
    #expect(error?.kind == .unknownCommit)
    #expect(connection.isBroken == false)
    #expect(try connection.number("SELECT count(*) FROM t") == 1)
  }

  @Test func `a deadlock is recognised`() throws {
    var first = try TestDatabase.connect()
    let schema = try TestDatabase.makeSchema(&first)
    try first.execute("CREATE TABLE t (n int8); SET deadlock_timeout = 100")
    try first.begin()
    try first.execute("LOCK TABLE t IN SHARE MODE")
    let url = TestDatabase.url
    let backend = Int32(try first.number("SELECT pg_backend_pid()"))
    let other = Thread {
      guard var second = try? TestDatabase.connect(to: url) else { return }
      // Its own check comes late, so that the first one is the victim.
      try? second.execute("SET deadlock_timeout = '1min'; SELECT \(backend)")
      try? second.begin()
      try? second.execute("LOCK TABLE \(schema).t IN SHARE MODE; SELECT 'ready'")
      try? second.execute("LOCK TABLE \(schema).t IN EXCLUSIVE MODE")
      second.rollback()
    }
    other.start()
    let waiting = "SELECT count(*) FROM pg_locks WHERE relation = '\(schema).t'::regclass AND NOT granted"
    for _ in 0..<20_000 where try first.number(waiting) == 0 {}
    let error = first.refusal(of: "LOCK TABLE \(schema).t IN EXCLUSIVE MODE")
    #expect(error?.isDeadlock == true)
    #expect(error?.isTransient == true)
    first.rollback()
  }
}
