internal import CarbonInclusion
internal import PostgresClient

/// Burials, and what retries made of them.
extension BookWriting {
  /// The statements about dead letters; mostly there are none.
  func deadLetters() -> [(sql: String, parameters: PostgresParameters)] {
    parts.flatMap { part in
      let buried = part.booking.refusals.filter {
        $0.outcome == .rejected && $0.reason == RefusalReason.poison.rawValue
      }
      var statements = buried.isEmpty ? [] : [insert(buried, shard: part.opening.shard)]
      var retried: [(letter: DeadLetterKey, decision: OutcomeNotice, resident: String?)] = []
      var again: [(letter: DeadLetterKey, attempts: String)] = []
      for change in part.booking.letters {
        switch change.event {
        case .retried(let decision, let resident): retried.append((change.letter, decision, resident))
        case .buriedAgain(let attempts): again.append((change.letter, attempts))
        }
      }
      if !retried.isEmpty { statements.append(close(retried, shard: part.opening.shard)) }
      if !again.isEmpty { statements.append(reopen(again)) }
      return statements
    }
  }

  private func insert(_ burials: [BookedRefusal], shard: Int16) -> (sql: String, parameters: PostgresParameters) {
    var parameters = PostgresParameters()
    parameters.append(
      letters: burials.map { burial in
        DeadLetterKey(shard: shard, refused: .init(position: burial.position, content: burial.content))
      })
    parameters.append(array: burials.map(\.activityID))
    parameters.append(array: burials.map(\.resident))
    parameters.append(array: burials.map(\.detail))
    parameters.append(array: burials.map { $0.diedInScoring ? "score" : "ingest" })
    return (
      """
      INSERT INTO puhui.dead_letter (shard, partner_no, incarnation, position, content, activity_id, resident, attempts,
        stage, buried_at, changed_at)
      SELECT b.*, now(), now()
      FROM unnest($1::smallint[], $2::smallint[], $3::bigint[], $4::bigint[], $5::uuid[], $6::text[], $7::text[],
        $8::text[], $9::text[]) b
      """, parameters
    )
  }

  private func close(
    _ retried: [(letter: DeadLetterKey, decision: OutcomeNotice, resident: String?)], shard: Int16
  ) -> (sql: String, parameters: PostgresParameters) {
    var parameters = PostgresParameters()
    parameters.append(letters: retried.map(\.letter))
    parameters.append(array: retried.map(\.decision.outcome.rawValue))
    parameters.append(array: retried.map(\.decision.reason))
    parameters.append(array: retried.map(\.decision.detail))
    parameters.append(array: retried.map(\.decision.id))
    parameters.append(array: retried.map(\.resident))
    parameters.append(shard)
    return (
      """
      UPDATE puhui.dead_letter d SET state = 'retried', outcome = c.outcome, reason = c.reason, detail = c.detail,
        activity_id = coalesce(c.activity_id, d.activity_id), resident = coalesce(c.resident, d.resident),
        decided_shard = $11, changed_at = now()
      FROM (SELECT u.* FROM unnest($1::smallint[], $2::smallint[], $3::bigint[], $4::bigint[], $5::uuid[],
        $6::smallint[], $7::text[], $8::text[], $9::text[], $10::text[])
        u(shard, partner_no, incarnation, position, content, outcome, reason, detail, activity_id, resident) OFFSET 0) c
      WHERE d.shard = c.shard AND d.partner_no = c.partner_no AND d.incarnation = c.incarnation
        AND d.position = c.position AND d.content = c.content
      """, parameters
    )
  }

  private func reopen(_ again: [(letter: DeadLetterKey, attempts: String)]) -> (
    sql: String, parameters: PostgresParameters
  ) {
    var parameters = PostgresParameters()
    parameters.append(letters: again.map(\.letter))
    parameters.append(array: again.map(\.attempts))
    return (
      // The newest lines are kept: somebody may go on retrying for ever.
      """
      UPDATE puhui.dead_letter d SET burials = d.burials + 1, stage = 'score', changed_at = now(),
        attempts = right(d.attempts || E'\\n' || c.attempts, 4000)
      FROM (SELECT u.* FROM unnest($1::smallint[], $2::smallint[], $3::bigint[], $4::bigint[], $5::uuid[], $6::text[])
        u(shard, partner_no, incarnation, position, content, attempts) OFFSET 0) c
      WHERE d.shard = c.shard AND d.partner_no = c.partner_no AND d.incarnation = c.incarnation
        AND d.position = c.position AND d.content = c.content
      """, parameters
    )
  }
}

extension PostgresParameters {
  /// Keys of dead letters as five arrays: shards, partner numbers, incarnations, positions, contents.
  mutating func append(letters: [DeadLetterKey]) {
    append(array: letters.map(\.shard))
    append(array: letters.map(\.refused.position.partnerNumber))
    append(array: letters.map(\.refused.position.incarnation))
    append(array: letters.map(\.refused.position.offset))
    append(uuids: letters.map { ($0.refused.content.high, $0.refused.content.low) })
  }
}
