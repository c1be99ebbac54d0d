internal import CarbonInclusion
internal import PostgresClient

/// What a batch reads before it judges: keys, accounts, refusals, and stretches of history.
enum BookReading {
  static func answer(_ questions: LedgerQuestions, shard: Int16, _ connection: inout PostgresConnection) throws
    -> LedgerAnswers
  {
    var statements: [(sql: String, parameters: PostgresParameters)] = [
      keyQuestion(questions.keys), accountQuestion(questions.residents, shard: shard),
    ]
    if !questions.refusals.isEmpty { statements.append(refusalQuestion(questions.refusals, shard: shard)) }
    if !questions.letters.isEmpty { statements.append(letterQuestion(questions.letters)) }
    let rows = try connection.pipeline(statements)
    var answers = LedgerAnswers()
    for row in 0..<rows[0].count {
      let content = rows[0].uuid(row, 1)
      answers.known[questions.keys[Int(rows[0].int64(row, 0)) - 1]] = .init(
        content: Digest(high: content.0, low: content.1), shard: rows[0].int16(row, 2),
        residentNumber: rows[0].int32(row, 3), entryNumber: rows[0].int64(row, 4))
    }
    for row in 0..<rows[1].count {
      answers.accounts[questions.residents[Int(rows[1].int64(row, 0)) - 1]] = .init(
        residentNumber: rows[1].int32(row, 1), actions: rows[1].int64(row, 2), nanopoints: rows[1].int64(row, 3),
        latestAt: Instant(microseconds: rows[1].timestamp(row, 4)))
    }
    if !questions.refusals.isEmpty { readRefusals(rows[2], questions.refusals, into: &answers) }
    if !questions.letters.isEmpty { readLetters(rows[rows.count - 1], questions.letters, into: &answers) }
    return answers
  }

  private static func keyQuestion(_ keys: [ActivityKey]) -> (sql: String, parameters: PostgresParameters) {
    var parameters = PostgresParameters()
    parameters.append(array: keys.map(KeyShard.shard))
    parameters.append(array: keys.map(\.partnerNumber))
    parameters.append(array: keys.map(\.id))
    return (
      """
      SELECT q.place, k.content, k.shard, k.resident_no, k.entry_no
      FROM (SELECT u.* FROM unnest($1::smallint[], $2::smallint[], $3::text[]) WITH ORDINALITY
        u(key_shard, partner_no, activity_id, place) OFFSET 0) q
      JOIN puhui.activity_key k USING (activity_id, partner_no, key_shard)
      """, parameters
    )
  }

  private static func accountQuestion(_ residents: [String], shard: Int16) -> (
    sql: String, parameters: PostgresParameters
  ) {
    var parameters = PostgresParameters()
    parameters.append(shard)
    parameters.append(array: residents)
    return (
      """
      SELECT q.place, a.resident_no, a.actions, a.nanopoints, a.latest_at
      FROM (SELECT $1 AS shard, u.* FROM unnest($2::text[]) WITH ORDINALITY u(resident, place) OFFSET 0) q
      JOIN puhui.account a ON a.resident = q.resident AND a.shard = q.shard
      """, parameters
    )
  }

  private static func refusalQuestion(_ refused: [RefusedContent], shard: Int16) -> (
    sql: String, parameters: PostgresParameters
  ) {
    var parameters = PostgresParameters()
    parameters.append(shard)
    parameters.append(array: refused.map(\.position.partnerNumber))
    parameters.append(array: refused.map(\.position.incarnation))
    parameters.append(array: refused.map(\.position.offset))
    parameters.append(uuids: refused.map { ($0.content.high, $0.content.low) })
    return (
      """
      SELECT q.place, r.outcome, r.activity_id, r.reason, r.detail
      FROM (SELECT $1 AS shard, u.* FROM unnest($2::smallint[], $3::bigint[], $4::bigint[], $5::uuid[])
        WITH ORDINALITY u(partner_no, incarnation, position, content, place) OFFSET 0) q
      JOIN puhui.refusal r ON r.shard = q.shard AND r.partner_no = q.partner_no AND r.incarnation = q.incarnation
        AND r.position = q.position AND r.content = q.content
      """, parameters
    )
  }

  private static func readRefusals(
    _ rows: borrowing PostgresRows, _ refused: [RefusedContent], into answers: inout LedgerAnswers
  ) {
    for row in 0..<rows.count {
      let known = refused[Int(rows.int64(row, 0)) - 1]
      answers.refusals[known] = OutcomeNotice(
        partnerNumber: known.position.partnerNumber, id: rows.optionalString(row, 2),
        outcome: Outcome(rawValue: rows.int16(row, 1)) ?? .rejected, reason: rows.string(row, 3),
        detail: rows.string(row, 4))
    }
  }

  static func histories(_ windows: [HistoryWindow], shard: Int16, _ connection: inout PostgresConnection) throws
    -> [Int32: [RecordedActivity]]
  {
    var parameters = PostgresParameters()
    parameters.append(shard)
    parameters.append(array: windows.map(\.residentNumber))
    parameters.append(timestamps: windows.map(\.from.microseconds))
    parameters.append(timestamps: windows.map(\.to.microseconds))
    let rows = try connection.query(
      """
      SELECT e.resident_no, e.kind, e.entry_no, e.refers_to, e.partner_no, e.activity_id, e.behaviour_no, e.quantity,
        e.started_at, e.occurred_at, e.region, e.evidence, e.outcome, e.reason, e.detail, e.other_partner_no,
        e.other_activity_id, e.credited_quantity, e.reduction_mg, e.nanopoints, e.factor_no
      FROM (SELECT $1 AS shard, u.* FROM unnest($2::int[], $3::timestamptz[], $4::timestamptz[])
        u(resident_no, low, high) OFFSET 0) w
      JOIN puhui.entry e
        ON e.shard = w.shard AND e.resident_no = w.resident_no AND e.occurred_at BETWEEN w.low AND w.high
      ORDER BY e.resident_no, e.entry_no
      """, parameters)
    var histories: [Int32: [RecordedActivity]] = [:]
    for row in 0..<rows.count { fold(row, of: rows, into: &histories[rows.int32(row, 0), default: []]) }
    return histories
  }

  /// An activity's later entries lie in the same window, because they carry its occurrence.
  private static func fold(_ row: Int, of rows: borrowing PostgresRows, into history: inout [RecordedActivity]) {
    switch BookedEntry.Kind(rawValue: rows.int16(row, 1)) {
    case .earn: history.append(recorded(row, of: rows))
    case .reversal:
      if let place = place(row, of: rows, in: history) { history[place].isReversed = true }
    case .upgrade:
      guard let place = place(row, of: rows, in: history) else { return }
      history[place].credit = credit(row, of: rows)
      history[place].upgradedBy = rows.int64(row, 2)
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
      isReversed: false)
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
