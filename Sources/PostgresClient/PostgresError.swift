/// What went wrong between us and PostgreSQL.
///
/// `description` is safe to log: it holds no password and no value of a parameter or row; `message`, `detail` and
/// `hint` are the server's own words and may hold values.
package struct PostgresError: Error, CustomStringConvertible {
  package enum Kind: Sendable {
    /// No connection, or it was lost: the connection is broken, the work may be tried again on a new one.
    case connection
    /// The server refused the statement (`sqlState` says why); after a rollback the connection is usable.
    case server
    /// The connection was lost while a COMMIT was under way: the transaction is booked, or not, nobody knows.
    case unknownCommit
    /// The server did not answer in time: the connection is broken.
    case timeout
    /// The call itself is wrong (bad URL, COMMIT outside a transaction …); nothing was sent.
    case usage
    /// The server's answer has a form that the call does not expect.
    case decoding
  }

  package let kind: Kind
  /// Five characters, as in PostgreSQL's appendix A; nil where no server spoke.
  package let sqlState: String?
  package let message: String
  package let detail: String?
  package let hint: String?
  /// The constraint that refused a row.
  package let constraint: String?

  package init(
    kind: Kind, sqlState: String? = nil, message: String, detail: String? = nil, hint: String? = nil,
    constraint: String? = nil
  ) {
    self.kind = kind
    self.sqlState = sqlState
    self.message = message
    self.detail = detail
    self.hint = hint
    self.constraint = constraint
  }

  package var description: String {
    var text = "PostgreSQL, \(kind)"
    if let sqlState { text += " \(sqlState)" }
    text += ": "
    // Data exceptions and RAISE quote the value at fault; the others name objects only.
    let quotesValues = sqlState.map { $0.hasPrefix("22") || $0.hasPrefix("P0") } ?? false
    text += quotesValues ? "a value was refused" : message
    if let constraint { text += " (constraint \(constraint))" }
    return text
  }
}

extension PostgresError {
  package var isUniqueViolation: Bool {
    // Of a unique index, or of a constraint that excludes equals.
    sqlState == "23505" || sqlState == "23P01"
  }
  /// A value or a constraint is at fault: 22 data exceptions, 23 integrity.
  package var isAboutData: Bool { sqlState.map { $0.hasPrefix("22") || $0.hasPrefix("23") } ?? false }
  package var isDeadlock: Bool { sqlState == "40P01" }
  package var isSerialization: Bool { sqlState == "40001" }
  /// A lock was not to be had within `lock_timeout`, or at once with NOWAIT.
  package var isLockTimeout: Bool { sqlState == "55P03" }
  /// The server stopped the statement: `statement_timeout`, or somebody's `pg_cancel_backend`.
  package var isCancelled: Bool { sqlState == "57014" }
  /// A table, column, schema or function that is not there: not migrated, or another version.
  package var isUndefinedObject: Bool {
    sqlState.map { ["42P01", "42703", "3F000", "42883"].contains($0) } ?? false
  }

  /// Wrong database, user or password: no waiting will make it right.
  package var isConfiguration: Bool {
    kind == .usage || (sqlState.map { $0 == "3D000" || $0.hasPrefix("28") } ?? false)
  }

  /// The connection is gone: what was not committed is rolled back by the server.
  package var losesConnection: Bool { kind == .connection || kind == .timeout || kind == .unknownCommit }

  /// The same work may well succeed when it is done again from BEGIN.
  package var isTransient: Bool {
    if losesConnection { return !isConfiguration }
    guard let sqlState else { return false }
    // 53: no memory, disk or connection left. 57P: the server stops or starts. 40: rolled back for others' sake.
    return isLockTimeout || isCancelled || ["40", "53", "57P", "08"].contains { sqlState.hasPrefix($0) }
  }
}

extension PostgresError {
  /// The same words under another kind.
  func with(kind: Kind) -> PostgresError {
    PostgresError(
      kind: kind, sqlState: sqlState, message: message, detail: detail, hint: hint, constraint: constraint)
  }
}
