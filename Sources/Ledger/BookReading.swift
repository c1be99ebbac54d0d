internal import CarbonInclusion
internal import PostgresClient

/// What a batch reads before it judges: keys and refusals; then accounts; then stretches of history. One statement asks
/// for all shards of the batch.
struct BookReading {
  /// Accounts and histories come for so many residents at a time: as rows of an answer they take several times the
  /// memory of what is made of them.
  static let residentsAtOnce = 1_024

  /// The shards of the batch, in the order of what they ask.
  let shards: [Int16]

  func answer(_ questions: [LedgerQuestions], _ connection: inout PostgresConnection) throws -> [LedgerAnswers] {
    let keys = gathered(questions, \.keys)
    let refusals = gathered(questions, \.refusals)
    let letters = gathered(questions, \.letters)
    let reviews = gathered(questions, \.reviews)
    var statements: [(sql: String, parameters: PostgresParameters)] = [
      Self.keyQuestion(keys.elements), ("SELECT EXISTS (SELECT FROM puhui.tombstone)", PostgresParameters()),
    ]
    if !refusals.isEmpty { statements.append(Self.refusalQuestion(refusals)) }
    if !letters.isEmpty { statements.append(Self.letterQuestion(letters.elements)) }
    if !reviews.isEmpty { statements.append(Self.reviewQuestion(reviews)) }
    let rows = try connection.pipeline(statements)
    var answers = shards.map { _ in LedgerAnswers() }
    for part in answers.indices { answers[part].isAnyoneErased = rows[1].bool(0, 0) }
    for row in 0..<rows[0].count {
      let (part, key) = keys[place: rows[0].int64(row, 0)]
      let content = rows[0].uuid(row, 1)
      answers[part].known[key] = .init(
        content: Digest(high: content.0, low: content.1), shard: rows[0].int16(row, 2),
        residentNumber: rows[0].int32(row, 3), entryNumber: rows[0].int64(row, 4))
    }
    if !refusals.isEmpty { Self.readRefusals(rows[2], refusals, into: &answers) }
    if !letters.isEmpty { Self.readLetters(rows[refusals.isEmpty ? 2 : 3], letters, into: &answers) }
    if !reviews.isEmpty { Self.readReviews(rows[rows.count - 1], reviews, into: &answers) }
    return answers
  }

  /// What each shard asks for, as one list.
  func gathered<Question, Element>(_ questions: [Question], _ list: (Question) -> [Element]) -> Gathered<Element> {
    Gathered(questions.map(list), shards: shards)
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
