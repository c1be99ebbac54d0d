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
    var answers = shards.map { _ in AccountAnswers() }
    var versions: [[Int32: RowVersion]] = shards.map { _ in [:] }
    guard !booked.isEmpty || !read.isEmpty else { return (answers, versions) }
    // Locks are taken by rising number, so in one statement.
    let toBook = booked.slices(of: areLocked ? booked.elements.count : Self.residentsAtOnce)
    let toRead = read.slices(of: Self.residentsAtOnce)
    var slices = (toBook.map { (booked, $0, true) } + toRead.map { (read, $0, false) })[...]
    var statements = slices.map { residents, places, isToBook in
      Self.accountQuestion(residents.elements[places], isLocking: isToBook && areLocked)
    }
    // After the accounts: whoever has lost theirs by now has a tombstone.
    statements.append(("SELECT EXISTS (SELECT FROM puhui.tombstone)", PostgresParameters()))
    var isAnyoneErased = false
    try connection.pipeline(statements) { rows in
      if let (residents, places, isToBook) = slices.popFirst() {
        Self.readAccounts(rows, residents, from: places.lowerBound, isToBook, into: &answers, &versions)
      } else {
        isAnyoneErased = rows.bool(0, 0)
      }
    }
    for (part, question) in questions.enumerated()
    where question.reviewed.contains(where: { answers[part].accounts[$0] == nil }) {
      throw LedgerError.residentRenamed(shard: shards[part])
    }
    if isAnyoneErased { try findErased(questions, &answers, &connection) }
    return (answers, versions)
  }

  /// Where it has to wait for a lock, the name is looked at once more: whoever erases a resident changes it, and
  /// nothing must be booked under the old one afterwards.
  private static func accountQuestion(_ residents: ArraySlice<String>, isLocking: Bool) -> (
    sql: String, parameters: PostgresParameters
  ) {
    var parameters = PostgresParameters()
    parameters.append(array: Array(residents))
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
    _ rows: borrowing PostgresRows, _ residents: Gathered<String>, from first: Int, _ isToBook: Bool,
    into answers: inout [AccountAnswers], _ versions: inout [[Int32: RowVersion]]
  ) {
    for row in 0..<rows.count {
      let (part, resident) = residents[place: Int64(first) + rows.int64(row, 0)]
      var account = AccountAnswers.Account(
        residentNumber: rows.int32(row, 1), actions: rows.int64(row, 2), reductionMilligrams: rows.int64(row, 3),
        nanopoints: rows.int64(row, 4), title: rows.optionalString(row, 5),
        latestAt: Instant(microseconds: rows.timestamp(row, 6)))
      if isToBook {
        account.purse = PointsPurse(lots: rows.lots(row, 7), held: rows.int64(row, 8), debt: rows.int64(row, 9))
        versions[part][account.residentNumber] = rows.version(row, 10)
      }
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
