import CLibPQ

extension PostgresConnection {
  /// Streams rows into a table (`table` or `schema.table`, names as the catalogue has them, not quoted).
  ///
  /// All rows or none: throws `.server` when one is refused (a unique violation, say), `.usage` for rows that are not
  /// complete. The statement timeout covers the whole of it.
  package mutating func copy(
    into table: String, columns: [String], _ rows: PostgresCopyRows
  ) throws(PostgresError) {
    guard rows.isComplete else {
      throw PostgresError(kind: .usage, message: "COPY rows with too few or too many values for \(table)")
    }
    guard rows.rowCount > 0 else { return }
    let list = columns.map { Self.quoted($0) }.joined(separator: ", ")
    let sql = "COPY \(Self.quoted(table: table)) (\(list)) FROM STDIN (FORMAT binary)"
    try Self.check(sql)
    let deadline = self.deadline
    try link.send { PQsendQuery($0, sql) }
    try awaitCopy(by: deadline)
    try send(rows, by: deadline)
    try drain(by: deadline)
  }

  /// Waits until the server takes rows; throws why it does not.
  private mutating func awaitCopy(by deadline: Deadline) throws(PostgresError) {
    guard let answer = try link.nextResult(by: deadline) else { throw link.fail(.decoding, "COPY got no answer") }
    if answer.status == PGRES_COPY_IN { return }
    let refusal = answer.error
    try drain(by: deadline)
    try link.checkAlive(after: refusal)
    throw refusal
  }

  private mutating func send(_ rows: PostgresCopyRows, by deadline: Deadline) throws(PostgresError) {
    for part in [PostgresCopyRows.header, rows.buffer, PostgresCopyRows.trailer] {
      try link.putCopyData(part, by: deadline)
    }
    try link.endCopy(by: deadline)
  }

  static func quoted(table: String) -> String {
    table.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
      .map { quoted(String($0)) }.joined(separator: ".")
  }

  static func quoted(_ name: String) -> String {
    "\"" + name.flatMap { $0 == "\"" ? "\"\"" : String($0) } + "\""
  }
}
