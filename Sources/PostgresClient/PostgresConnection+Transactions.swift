import CLibPQ

extension PostgresConnection {
  /// Opens a transaction, read committed. Throws `.usage` when one is open already.
  package mutating func begin() throws(PostgresError) {
    try requireNoTransaction()
    try execute(Self.beginning)
  }

  /// Opens a transaction with its first statements, in one round trip; see `pipeline`.
  package mutating func begin(
    with statements: [(sql: String, parameters: PostgresParameters)]
  ) throws(PostgresError) -> [PostgresRows] {
    try requireNoTransaction()
    return Array(try pipeline([(Self.beginning, PostgresParameters())] + statements).dropFirst())
  }

  private static let beginning = "BEGIN ISOLATION LEVEL READ COMMITTED"

  private func requireNoTransaction() throws(PostgresError) {
    guard !isInTransaction else { throw PostgresError(kind: .usage, message: "BEGIN inside a transaction") }
  }

  /// Commits, and returns only when the server said so.
  ///
  /// Throws `.unknownCommit` when the connection is lost, or nobody answers, once the COMMIT was on its way: the
  /// transaction may be booked or not, and the work must be such that doing it again is harmless. Throws `.server` when
  /// the server refused (a deferred constraint, say) or had only a failed transaction to roll back (SQLSTATE 25P02):
  /// then nothing is booked. Also `.unknownCommit`, with the connection intact, when somebody cancelled the wait for a
  /// synchronous standby: booked here, perhaps not there.
  package mutating func commit() throws(PostgresError) {
    guard !isBroken else { return try execute("COMMIT") }
    guard isInTransaction else { throw PostgresError(kind: .usage, message: "COMMIT outside a transaction") }
    // A statement timeout that strikes in the wait for a synchronous standby turns into a warning, and the COMMIT looks
    // good: so none applies. A failed transaction takes no SET, and rolls back at once anyway.
    let isFailed = link.transactionStatus == PQTRANS_INERROR
    let sql = isFailed ? "COMMIT" : "SET LOCAL statement_timeout = 0; COMMIT"
    link.notices.forgetCommit()
    let answer: PostgresRows?
    do {
      try link.send { PQsendQuery($0, sql) }
      answer = try drain()
    } catch {
      // 40003 is the server's own way to say it.
      throw error.kind != .server || error.sqlState == "40003" ? error.with(kind: .unknownCommit) : error
    }
    guard answer?.commandTag == "COMMIT" else {
      throw PostgresError(kind: .server, sqlState: "25P02", message: "the COMMIT rolled a failed transaction back")
    }
    if link.notices.sawUnreplicatedCommit {
      throw PostgresError(kind: .unknownCommit, message: "the wait for the synchronous standby was cancelled")
    }
  }

  /// Rolls back what is open, if anything is; a connection on which that fails is broken.
  package mutating func rollback() {
    guard !isBroken, link.transactionStatus != PQTRANS_IDLE else { return }
    do {
      try execute("ROLLBACK")
    } catch {
      _ = link.fail(.connection, "ROLLBACK failed: \(error.message)")
    }
  }
}
