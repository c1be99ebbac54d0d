internal import CarbonInclusion
internal import PostgresClient

/// The second half of what a batch reads: points, which others move too, and stretches of history.
extension BookReading {
  func residents(_ questions: [ResidentQuestions], _ connection: inout PostgresConnection) throws -> [ResidentAnswers] {
    let accounts = gathered(questions, \.accounts)
    let windows = gathered(questions, \.windows)
    var answers = shards.map { _ in ResidentAnswers() }
    var statements: [(sql: String, parameters: PostgresParameters)] = []
    if !accounts.isEmpty { statements.append(Self.purseQuestion(accounts)) }
    if !windows.isEmpty { statements.append(Self.historyQuestion(windows)) }
    guard !statements.isEmpty else { return answers }
    let rows = try connection.pipeline(statements)
    if !accounts.isEmpty { try readPurses(rows[0], accounts, into: &answers) }
    if !windows.isEmpty {
      let last = rows.count - 1
      for row in 0..<rows[last].count {
        let (part, window) = windows[place: rows[last].int64(row, 22)]
        Self.fold(row, of: rows[last], into: &answers[part].histories[window.residentNumber, default: []])
      }
    }
    return answers
  }

  /// Locks the accounts by rising number, as everybody does. The name is looked at under the lock: whoever erases a
  /// resident changes it, and nothing must be booked under the old one afterwards.
  private static func purseQuestion(_ accounts: Gathered<ResidentQuestions.Account>) -> (
    sql: String, parameters: PostgresParameters
  ) {
    var parameters = PostgresParameters()
    parameters.append(array: accounts.shards)
    parameters.append(array: accounts.elements.map(\.residentNumber))
    parameters.append(array: accounts.elements.map(\.resident))
    return (
      """
      SELECT q.place, a.lots, a.points_held, a.points_debt
      FROM (SELECT u.* FROM unnest($1::smallint[], $2::int[], $3::text[]) WITH ORDINALITY
        u(shard, resident_no, resident, place) OFFSET 0) q
      JOIN puhui.account a ON a.shard = q.shard AND a.resident_no = q.resident_no
        AND (a.resident = q.resident) IS TRUE -- not by the index on names
      ORDER BY a.shard, a.resident_no
      FOR NO KEY UPDATE OF a
      """, parameters
    )
  }

  private func readPurses(
    _ rows: borrowing PostgresRows, _ accounts: Gathered<ResidentQuestions.Account>,
    into answers: inout [ResidentAnswers]
  ) throws {
    for row in 0..<rows.count {
      let (part, account) = accounts[place: rows.int64(row, 0)]
      answers[part].purses[account.residentNumber] = PointsPurse(
        lots: rows.lots(row, 1), held: rows.int64(row, 2), debt: rows.int64(row, 3))
    }
    guard rows.count < accounts.elements.count else { return }
    let renamed = accounts.elements.indices.first { place in
      answers[accounts.parts[place]].purses[accounts.elements[place].residentNumber] == nil
    }
    throw LedgerError.residentRenamed(shard: accounts.shards[renamed ?? 0])
  }

  private static func historyQuestion(_ windows: Gathered<HistoryWindow>) -> (
    sql: String, parameters: PostgresParameters
  ) {
    var parameters = PostgresParameters()
    parameters.append(array: windows.shards)
    parameters.append(array: windows.elements.map(\.residentNumber))
    parameters.append(timestamps: windows.elements.map(\.from.microseconds))
    parameters.append(timestamps: windows.elements.map(\.to.microseconds))
    return (
      """
      SELECT e.resident_no, e.kind, e.entry_no, e.refers_to, e.partner_no, e.activity_id, e.behaviour_no, e.quantity,
        e.started_at, e.occurred_at, e.region, e.evidence, e.outcome, e.reason, e.detail, e.other_partner_no,
        e.other_activity_id, e.credited_quantity, e.reduction_mg, e.nanopoints, e.factor_no, e.booked_at, w.place
      FROM (SELECT u.* FROM unnest($1::smallint[], $2::int[], $3::timestamptz[], $4::timestamptz[]) WITH ORDINALITY
        u(shard, resident_no, low, high, place) OFFSET 0) w
      JOIN puhui.entry e
        ON e.shard = w.shard AND e.resident_no = w.resident_no AND e.occurred_at BETWEEN w.low AND w.high
      ORDER BY e.shard, e.resident_no, e.entry_no
      """, parameters
    )
  }

  /// An activity's later entries lie in the same window, because they carry its occurrence.
  private static func fold(_ row: Int, of rows: borrowing PostgresRows, into history: inout [RecordedActivity]) {
    switch BookedEntry.Kind(rawValue: rows.int16(row, 1)) {
    case .earn: history.append(recorded(row, of: rows))
    case .reversal:
      if let place = place(row, of: rows, in: history) { history[place].isReversed = true }
    case .upgrade:
      guard let place = place(row, of: rows, in: history) else { return }
      history[place].decideAgain(
        credit(row, of: rows), by: rows.int64(row, 2), at: Instant(microseconds: rows.timestamp(row, 21)))
    case nil: break
    }
  }

  private static func place(_ row: Int, of rows: borrowing PostgresRows, in history: [RecordedActivity]) -> Int? {
    let number = rows.optionalInt64(row, 3)
    return history.firstIndex { $0.entryNumber == number }
  }

  private static func recorded(_ row: Int, of rows: borrowing PostgresRows) -> RecordedActivity {
    RecordedActivity(
      entryNumber: rows.int64(row, 2), key: ActivityKey(partnerNumber: rows.int16(row, 4), id: rows.string(row, 5)),
      behaviourNumber: rows.int16(row, 6), quantity: Quantity(millionths: rows.int64(row, 7)),
      startedAt: rows.optionalTimestamp(row, 8).map { Instant(microseconds: $0) },
      endedAt: Instant(microseconds: rows.timestamp(row, 9)),
      region: rows.optionalInt32(row, 10).map { Region(code: $0) },
      evidence: rows.optionalUuid(row, 11).map { Digest(high: $0.0, low: $0.1) }, credit: credit(row, of: rows),
      isReversed: false, bookedAt: Instant(microseconds: rows.timestamp(row, 21)))
  }

  private static func credit(_ row: Int, of rows: borrowing PostgresRows) -> RecordedActivity.Credit {
    var other: ActivityKey?
    if let partner = rows.optionalInt16(row, 15), let id = rows.optionalString(row, 16) {
      other = ActivityKey(partnerNumber: partner, id: id)
    }
    return RecordedActivity.Credit(
      outcome: Outcome(rawValue: rows.int16(row, 12)) ?? .held, reason: rows.optionalString(row, 13),
      detail: rows.optionalString(row, 14), other: other,
      creditedQuantity: Quantity(millionths: rows.int64(row, 17)), reductionMilligrams: rows.int64(row, 18),
      nanopoints: rows.int64(row, 19), factorNumber: rows.optionalInt32(row, 20))
  }
}
