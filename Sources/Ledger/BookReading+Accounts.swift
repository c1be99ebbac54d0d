internal import CarbonInclusion
internal import PostgresClient

/// Accounts by the names of their residents.
extension BookReading {
  /// - Parameter areLocked: whether those that something may be booked on are locked: by rising number, as everybody
  ///   does.
  /// - Returns: the accounts, and the versions in which those were read that something may be booked on.
  func accounts(_ questions: [AccountQuestions], areLocked: Bool, _ connection: inout PostgresConnection) throws -> (
    answers: [AccountAnswers], versions: [[Int32: RowVersion]]
  ) {
    let booked = gathered(questions, \.booked)
    let read = gathered(questions, \.read)
    var statements: [(sql: String, parameters: PostgresParameters)] = []
    if !booked.isEmpty { statements.append(Self.accountQuestion(booked, isLocking: areLocked)) }
    if !read.isEmpty { statements.append(Self.accountQuestion(read, isLocking: false)) }
    var answers = shards.map { _ in AccountAnswers() }
    var versions: [[Int32: RowVersion]] = shards.map { _ in [:] }
    guard !statements.isEmpty else { return (answers, versions) }
    // After the accounts: whoever has lost theirs by now has a tombstone.
    statements.append(("SELECT EXISTS (SELECT FROM puhui.tombstone)", PostgresParameters()))
    let rows = try connection.pipeline(statements)
    if !booked.isEmpty { Self.readAccounts(rows[0], booked, into: &answers, &versions) }
    if !read.isEmpty { Self.readAccounts(rows[booked.isEmpty ? 0 : 1], read, into: &answers) }
    for (part, question) in questions.enumerated()
    where question.reviewed.contains(where: { answers[part].accounts[$0] == nil }) {
      throw LedgerError.residentRenamed(shard: shards[part])
    }
    if rows[rows.count - 1].bool(0, 0) { try findErased(questions, &answers, &connection) }
    return (answers, versions)
  }

  /// Where it has to wait for a lock, the name is looked at once more: whoever erases a resident changes it, and
  /// nothing must be booked under the old one afterwards.
  private static func accountQuestion(_ residents: Gathered<String>, isLocking: Bool) -> (
    sql: String, parameters: PostgresParameters
  ) {
    var parameters = PostgresParameters()
    parameters.append(array: residents.elements)
    return (
      // By the name alone: with the shard, the way to a young table's rows would be the other key and all of a shard.
      """
      SELECT q.place, a.resident_no, a.actions, a.reduction_mg, a.nanopoints, a.title, a.latest_at, a.lots,
        a.points_held, a.points_debt, a.ctid, a.xmin
      FROM (SELECT u.* FROM unnest($1::text[]) WITH ORDINALITY u(resident, place) OFFSET 0) q
      JOIN puhui.account a ON a.resident = q.resident
      \(isLocking ? "ORDER BY a.shard, a.resident_no FOR NO KEY UPDATE OF a" : "")
      """, parameters
    )
  }

  private static func readAccounts(
    _ rows: borrowing PostgresRows, _ residents: Gathered<String>, into answers: inout [AccountAnswers],
    _ versions: inout [[Int32: RowVersion]]
  ) {
    readAccounts(rows, residents, into: &answers) { row, part, account in
      account.purse = PointsPurse(lots: rows.lots(row, 7), held: rows.int64(row, 8), debt: rows.int64(row, 9))
      versions[part][account.residentNumber] = rows.version(row, 10)
    }
  }

  private static func readAccounts(
    _ rows: borrowing PostgresRows, _ residents: Gathered<String>, into answers: inout [AccountAnswers],
    complete: (_ row: Int, _ part: Int, _ account: inout AccountAnswers.Account) -> Void = { _, _, _ in }
  ) {
    for row in 0..<rows.count {
      let (part, resident) = residents[place: rows.int64(row, 0)]
      var account = AccountAnswers.Account(
        residentNumber: rows.int32(row, 1), actions: rows.int64(row, 2), reductionMilligrams: rows.int64(row, 3),
        nanopoints: rows.int64(row, 4), title: rows.optionalString(row, 5),
        latestAt: Instant(microseconds: rows.timestamp(row, 6)))
      complete(row, part, &account)
      answers[part].accounts[resident] = account
    }
  }

  /// Those residents without an account that have a tombstone. The key's pads are computed once, and not for each.
  private func findErased(
    _ questions: [AccountQuestions], _ answers: inout [AccountAnswers], _ connection: inout PostgresConnection
  ) throws {
    let unknown = Gathered(
      zip(questions, answers).map { questions, known in
        (questions.booked + questions.read).filter { known.accounts[$0] == nil }
      }, shards: shards)
    guard !unknown.isEmpty else { return }
    var parameters = PostgresParameters()
    parameters.append(array: unknown.elements)
    let rows = try connection.query(
      """
      WITH pads AS MATERIALIZED (SELECT inner_pad, outer_pad FROM puhui.tombstone_pads())
      SELECT q.place
      FROM (SELECT u.*, sha256(p.outer_pad || sha256(p.inner_pad || convert_to(u.resident, 'UTF8'))) AS mark
        FROM pads p CROSS JOIN unnest($1::text[]) WITH ORDINALITY u(resident, place) OFFSET 0) q
      JOIN puhui.tombstone t ON t.mark = q.mark
      """, parameters)
    for row in 0..<rows.count {
      let (part, resident) = unknown[place: rows.int64(row, 0)]
      answers[part].erased.insert(resident)
    }
  }
}
