internal import CarbonInclusion
internal import PostgresClient

/// What a batch reads before it judges: keys, accounts and refusals; then points, and stretches of history. One
/// statement asks for all shards of the batch.
struct BookReading {
  /// The shards of the batch, in the order of what they ask.
  let shards: [Int16]

  func answer(_ questions: [LedgerQuestions], _ connection: inout PostgresConnection) throws -> [LedgerAnswers] {
    let keys = gathered(questions, \.keys)
    let residents = gathered(questions, \.residents)
    let refusals = gathered(questions, \.refusals)
    let letters = gathered(questions, \.letters)
    let reviews = gathered(questions, \.reviews)
    var statements: [(sql: String, parameters: PostgresParameters)] = [
      Self.keyQuestion(keys.elements), Self.accountQuestion(residents),
      // After the accounts: whoever has lost theirs by now has a tombstone.
      ("SELECT EXISTS (SELECT FROM puhui.tombstone)", PostgresParameters()),
    ]
    if !refusals.isEmpty { statements.append(Self.refusalQuestion(refusals)) }
    if !letters.isEmpty { statements.append(Self.letterQuestion(letters.elements)) }
    if !reviews.isEmpty { statements.append(Self.reviewQuestion(reviews)) }
    let rows = try connection.pipeline(statements)
    var answers = shards.map { _ in LedgerAnswers() }
    for row in 0..<rows[0].count {
      let (part, key) = keys[place: rows[0].int64(row, 0)]
      let content = rows[0].uuid(row, 1)
      answers[part].known[key] = .init(
        content: Digest(high: content.0, low: content.1), shard: rows[0].int16(row, 2),
        residentNumber: rows[0].int32(row, 3), entryNumber: rows[0].int64(row, 4))
    }
    for row in 0..<rows[1].count {
      let (part, resident) = residents[place: rows[1].int64(row, 0)]
      answers[part].accounts[resident] = Self.account(row, of: rows[1], from: 1)
    }
    if !refusals.isEmpty { Self.readRefusals(rows[3], refusals, into: &answers) }
    if !letters.isEmpty { Self.readLetters(rows[refusals.isEmpty ? 3 : 4], letters, into: &answers) }
    if !reviews.isEmpty { Self.readReviews(rows[rows.count - 1], reviews, into: &answers) }
    if rows[2].bool(0, 0) { try findErased(questions, &answers, &connection) }
    return answers
  }

  /// What each shard asks for, as one list.
  func gathered<Question, Element>(_ questions: [Question], _ list: (Question) -> [Element]) -> Gathered<Element> {
    Gathered(questions.map(list), shards: shards)
  }

  /// The columns of an account, from `resident_no` on.
  static func account(_ row: Int, of rows: borrowing PostgresRows, from column: Int) -> LedgerAnswers.Account {
    .init(
      residentNumber: rows.int32(row, column), actions: rows.int64(row, column + 1),
      reductionMilligrams: rows.int64(row, column + 2), nanopoints: rows.int64(row, column + 3),
      title: rows.optionalString(row, column + 4), latestAt: Instant(microseconds: rows.timestamp(row, column + 5)))
  }

  /// Those residents without an account that have a tombstone. The key's pads are computed once, and not for each.
  private func findErased(
    _ questions: [LedgerQuestions], _ answers: inout [LedgerAnswers], _ connection: inout PostgresConnection
  ) throws {
    let known = answers
    let unknown = Gathered(
      zip(questions, known).map { questions, known in questions.residents.filter { known.accounts[$0] == nil } },
      shards: shards)
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

  private static func accountQuestion(_ residents: Gathered<String>) -> (sql: String, parameters: PostgresParameters) {
    var parameters = PostgresParameters()
    parameters.append(array: residents.shards)
    parameters.append(array: residents.elements)
    return (
      """
      SELECT q.place, a.resident_no, a.actions, a.reduction_mg, a.nanopoints, a.title, a.latest_at
      FROM (SELECT u.* FROM unnest($1::smallint[], $2::text[]) WITH ORDINALITY u(shard, resident, place) OFFSET 0) q
      JOIN puhui.account a ON a.resident = q.resident AND a.shard = q.shard
      """, parameters
    )
  }

  private static func refusalQuestion(_ refusals: Gathered<RefusedContent>) -> (
    sql: String, parameters: PostgresParameters
  ) {
    let refused = refusals.elements
    var parameters = PostgresParameters()
    parameters.append(array: refusals.shards)
    parameters.append(array: refused.map(\.position.partnerNumber))
    parameters.append(array: refused.map(\.position.incarnation))
    parameters.append(array: refused.map(\.position.offset))
    parameters.append(uuids: refused.map { ($0.content.high, $0.content.low) })
    return (
      """
      SELECT q.place, r.outcome, r.activity_id, r.reason, r.detail
      FROM (SELECT u.* FROM unnest($1::smallint[], $2::smallint[], $3::bigint[], $4::bigint[], $5::uuid[])
        WITH ORDINALITY u(shard, partner_no, incarnation, position, content, place) OFFSET 0) q
      JOIN puhui.refusal r ON r.shard = q.shard AND r.partner_no = q.partner_no AND r.incarnation = q.incarnation
        AND r.position = q.position AND r.content = q.content
      """, parameters
    )
  }

  private static func readRefusals(
    _ rows: borrowing PostgresRows, _ refusals: Gathered<RefusedContent>, into answers: inout [LedgerAnswers]
  ) {
    for row in 0..<rows.count {
      let (part, known) = refusals[place: rows.int64(row, 0)]
      answers[part].refusals[known] = OutcomeNotice(
        partnerNumber: known.position.partnerNumber, id: rows.optionalString(row, 2),
        outcome: Outcome(rawValue: rows.int16(row, 1)) ?? .rejected, reason: rows.string(row, 3),
        detail: rows.string(row, 4))
    }
  }
}
