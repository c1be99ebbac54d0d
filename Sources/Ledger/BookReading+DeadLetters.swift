internal import CarbonInclusion
internal import PostgresClient

extension BookReading {
  /// Locks the letters in the order of their keys, as everybody does: the row may be another shard's.
  static func letterQuestion(_ letters: [DeadLetterKey]) -> (sql: String, parameters: PostgresParameters) {
    var parameters = PostgresParameters()
    parameters.append(letters: letters)
    return (
      """
      SELECT q.place, d.state = 'buried', d.outcome, d.activity_id, d.reason, d.detail
      FROM (SELECT u.* FROM unnest($1::smallint[], $2::smallint[], $3::bigint[], $4::bigint[], $5::uuid[])
        WITH ORDINALITY u(shard, partner_no, incarnation, position, content, place) OFFSET 0) q
      JOIN puhui.dead_letter d ON d.shard = q.shard AND d.partner_no = q.partner_no AND d.incarnation = q.incarnation
        AND d.position = q.position AND d.content = q.content
      ORDER BY d.shard, d.partner_no, d.incarnation, d.position, d.content
      FOR UPDATE OF d
      """, parameters
    )
  }

  static func readLetters(
    _ rows: borrowing PostgresRows, _ letters: Gathered<DeadLetterKey>, into answers: inout [LedgerAnswers]
  ) {
    for row in 0..<rows.count {
      let (part, letter) = letters[place: rows.int64(row, 0)]
      let decision = rows.optionalInt16(row, 2).flatMap { Outcome(rawValue: $0) }.map { outcome in
        OutcomeNotice(
          partnerNumber: letter.refused.position.partnerNumber, id: rows.optionalString(row, 3), outcome: outcome,
          reason: rows.optionalString(row, 4), detail: rows.optionalString(row, 5))
      }
      answers[part].letters[letter] = KnownDeadLetter(isOpen: rows.bool(row, 1), decision: decision)
    }
  }
}
