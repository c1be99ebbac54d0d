internal import CarbonInclusion
internal import PostgresClient

/// What a batch reads before it judges: keys, accounts and refusals; then points, and stretches of history.
enum BookReading {
  static func answer(_ questions: LedgerQuestions, shard: Int16, _ connection: inout PostgresConnection) throws
    -> LedgerAnswers
  {
    var statements: [(sql: String, parameters: PostgresParameters)] = [
      keyQuestion(questions.keys), accountQuestion(questions.residents, shard: shard),
      // After the accounts: whoever has lost theirs by now has a tombstone.
      ("SELECT EXISTS (SELECT FROM puhui.tombstone)", PostgresParameters()),
    ]
    if !questions.refusals.isEmpty { statements.append(refusalQuestion(questions.refusals, shard: shard)) }
    if !questions.letters.isEmpty { statements.append(letterQuestion(questions.letters)) }
    if !questions.reviews.isEmpty { statements.append(reviewQuestion(questions.reviews, shard: shard)) }
    let rows = try connection.pipeline(statements)
    var answers = LedgerAnswers()
    for row in 0..<rows[0].count {
      let content = rows[0].uuid(row, 1)
      answers.known[questions.keys[Int(rows[0].int64(row, 0)) - 1]] = .init(
        content: Digest(high: content.0, low: content.1), shard: rows[0].int16(row, 2),
        residentNumber: rows[0].int32(row, 3), entryNumber: rows[0].int64(row, 4))
    }
    for row in 0..<rows[1].count {
      answers.accounts[questions.residents[Int(rows[1].int64(row, 0)) - 1]] = account(row, of: rows[1], from: 1)
    }
    if !questions.refusals.isEmpty { readRefusals(rows[3], questions.refusals, into: &answers) }
    if !questions.letters.isEmpty {
      readLetters(rows[questions.refusals.isEmpty ? 3 : 4], questions.letters, into: &answers)
    }
    if !questions.reviews.isEmpty { readReviews(rows[rows.count - 1], questions.reviews, into: &answers) }
    if rows[2].bool(0, 0) {
      answers.erased = try erased(questions.residents.filter { answers.accounts[$0] == nil }, &connection)
    }
    return answers
  }

  /// The columns of an account, from `resident_no` on.
  static func account(_ row: Int, of rows: borrowing PostgresRows, from column: Int) -> LedgerAnswers.Account {
    .init(
      residentNumber: rows.int32(row, column), actions: rows.int64(row, column + 1),
      reductionMilligrams: rows.int64(row, column + 2), nanopoints: rows.int64(row, column + 3),
      title: rows.optionalString(row, column + 4), latestAt: Instant(microseconds: rows.timestamp(row, column + 5)))
  }

  /// Those residents that have a tombstone. The key's pads are computed once, and not for each of them.
  private static func erased(_ residents: [String], _ connection: inout PostgresConnection) throws -> Set<String> {
    guard !residents.isEmpty else { return [] }
    var parameters = PostgresParameters()
    parameters.append(array: residents)
    let rows = try connection.query(
      """
      WITH pads AS MATERIALIZED (SELECT inner_pad, outer_pad FROM puhui.tombstone_pads())
      SELECT q.place
      FROM (SELECT u.*, sha256(p.outer_pad || sha256(p.inner_pad || convert_to(u.resident, 'UTF8'))) AS mark
        FROM pads p CROSS JOIN unnest($1::text[]) WITH ORDINALITY u(resident, place) OFFSET 0) q
      JOIN puhui.tombstone t ON t.mark = q.mark
      """, parameters)
    return Set((0..<rows.count).map { residents[Int(rows.int64($0, 0)) - 1] })
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
      SELECT q.place, a.resident_no, a.actions, a.reduction_mg, a.nanopoints, a.title, a.latest_at
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
}
