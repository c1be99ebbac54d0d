import CLibPQ

/// One session with PostgreSQL, for one thread: libpq 15 made safe.
///
/// Every wait ends: the server stops a statement after `statementTimeoutMs` (SQLSTATE 57014, the connection stays
/// usable), and a server that does not even do that is given up a little later (kind `.timeout`, the connection is
/// broken). A broken connection refuses every further call; open a new one. After an error that the server answered
/// inside a transaction call `rollback()`.
package struct PostgresConnection: ~Copyable {
  var link: Link
  var statements: StatementCache
  private let statementTimeoutMs: Int

  /// How much later than the server the client loses patience, in milliseconds.
  static let marginMs = 3000

  /// Connects and sets up the session: UTF-8, UTC, read committed, timeouts on both sides.
  ///
  /// The connect timeout covers all hosts of the URL together. Throws `.usage` for a URL or timeout that is not valid,
  /// `.timeout` when no server answers, `.connection` when it refuses (`sqlState` says why, where a server spoke).
  package init(
    url: String, applicationName: String, connectTimeoutSeconds: Int = 3, statementTimeoutMs: Int = 30_000
  ) throws(PostgresError) {
    self = try Self.connect(url, applicationName, connectTimeoutSeconds, statementTimeoutMs)
  }

  private init(link: consuming Link, statementTimeoutMs: Int) {
    self.link = link
    statements = StatementCache()
    self.statementTimeoutMs = statementTimeoutMs
  }

  private static func connect(
    _ url: String, _ applicationName: String, _ connectTimeoutSeconds: Int, _ statementTimeoutMs: Int
  ) throws(PostgresError) -> PostgresConnection {
    let day = 24 * 3600
    guard (1...day).contains(connectTimeoutSeconds), (1...day * 1000).contains(statementTimeoutMs) else {
      throw PostgresError(kind: .usage, message: "timeouts must be above 0 and at most a day")
    }
    let connectMs = connectTimeoutSeconds * 1000
    let link = try Link.connect(url: url, applicationName: applicationName, timeoutMs: connectMs)
    var connection = PostgresConnection(link: link, statementTimeoutMs: statementTimeoutMs)
    try connection.setUpSession(by: Deadline(inMilliseconds: connectMs))
    return connection
  }

  /// Whether the connection is lost for good.
  package var isBroken: Bool { link.isBroken }

  /// Whether a transaction is open, a failed one included.
  package var isInTransaction: Bool {
    link.transactionStatus == PQTRANS_INTRANS || link.transactionStatus == PQTRANS_INERROR
  }

  /// Asked about once a second while the server lets the caller wait: `false` gives the wait up, which breaks the
  /// connection with an error of kind `.timeout`, inside COMMIT of kind `.unknownCommit`.
  package var whileWaiting: (() -> Bool)? {
    get { link.whileWaiting }
    set { link.whileWaiting = newValue }
  }

  /// The server's warnings since the last call, SQLSTATE first, at most 20.
  package mutating func takeWarnings() -> [String] { link.notices.takeWarnings() }

  var deadline: Deadline { Deadline(inMilliseconds: statementTimeoutMs + Self.marginMs) }

  private mutating func setUpSession(by deadline: Deadline) throws(PostgresError) {
    // An owner that does not speak for so long inside a transaction is dead, and must not keep its locks; nor must
    // a statement whose client is gone go on.
    let idleMs = max(statementTimeoutMs, 10_000)
    let sql = """
      SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET standard_conforming_strings = on;
      SET client_min_messages = warning; SET statement_timeout = \(statementTimeoutMs);
      SET idle_in_transaction_session_timeout = \(idleMs); SET client_connection_check_interval = '5s';
      SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3
      """
    try link.send { PQsendQuery($0, sql) }
    try drain(by: deadline)
  }

  /// Runs one or several statements without parameters, and drops their rows; several are one transaction, unless they
  /// say otherwise.
  ///
  /// Throws `.server` for the statement that was refused; those behind it did not run.
  package mutating func execute(_ sql: String) throws(PostgresError) {
    try Self.check(sql)
    try link.send { PQsendQuery($0, sql) }
    try drain()
  }

  /// Runs one statement with binary parameters, and returns its rows, all of them in memory.
  ///
  /// The statement is prepared on the first use of its text (with these types) on this connection, and kept. Throws
  /// `.server` when it is refused.
  package mutating func query(
    _ sql: String, _ parameters: PostgresParameters = .init()
  ) throws(PostgresError) -> PostgresRows {
    let key = StatementCache.Key(sql: sql, types: parameters.types)
    let name = try prepare(key)
    try link.send { Self.sendPrepared($0, name, parameters) }
    do throws(PostgresError) {
      guard let rows = try drain() else { throw link.fail(.decoding, "the server gave no result") }
      return rows
    } catch {
      forgetIfStale(key, error)
      throw error
    }
  }

  /// The name of the prepared statement, preparing it first where it is new.
  private mutating func prepare(_ key: StatementCache.Key) throws(PostgresError) -> String {
    if let name = statements.name(of: key) { return name }
    try Self.check(key.sql)
    try makeRoom(for: 1)
    let name = statements.newName()
    try link.send { Self.sendPrepare($0, name, key) }
    try drain()
    statements.insert(key, name: name)
    return name
  }

  /// Reads all results of the command under way, and returns the last one. Throws the first error, after the last
  /// result was read. Without a deadline of its own each result may take as long as a statement.
  @discardableResult
  mutating func drain(by fixed: Deadline? = nil) throws(PostgresError) -> PostgresRows? {
    var last: PostgresRows?
    var failure: PostgresError?
    while let result = try link.nextResult(by: fixed ?? deadline) {
      switch result.status {
      case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: last = result
      case PGRES_FATAL_ERROR: failure = failure ?? result.error
      case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
        throw link.fail(.usage, "COPY was sent as a plain statement")
      default: throw link.fail(.decoding, "the server answered in a form that is not understood")
      }
    }
    try link.checkAlive(after: failure)
    if let failure { throw failure }
    return last
  }
}

extension PostgresConnection {
  /// Deallocates prepared statements until so many new ones fit.
  mutating func makeRoom(for new: Int) throws(PostgresError) {
    while statements.count + new > StatementCache.capacity, let oldest = statements.leastRecentlyUsed {
      try execute("DEALLOCATE \(oldest.name)")
      statements.forget(oldest.key)
    }
  }

  /// A statement that the server does not know any more, or whose columns changed: the next use prepares it anew.
  mutating func forgetIfStale(_ key: StatementCache.Key, _ error: PostgresError) {
    if error.sqlState == "26000" || error.sqlState == "0A000" { statements.forget(key) }
  }

  static func sendPrepare(_ handle: OpaquePointer, _ name: String, _ key: StatementCache.Key) -> Int32 {
    PQsendPrepare(handle, name, key.sql, Int32(key.types.count), key.types)
  }

  static func sendPrepared(_ handle: OpaquePointer, _ name: String, _ parameters: PostgresParameters) -> Int32 {
    parameters.withPointers { count, _, values, lengths, formats in
      PQsendQueryPrepared(handle, name, count, values, lengths, formats, 1)
    }
  }

  /// C would cut the text at a NUL, and run its first half.
  static func check(_ sql: String) throws(PostgresError) {
    guard !sql.utf8.contains(0) else { throw PostgresError(kind: .usage, message: "the SQL text holds a NUL") }
  }
}
