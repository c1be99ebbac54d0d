package import CarbonInclusion
package import PostgresClient

/// What people decide about dead letters. Retrying is the shards' lanes' work: only they book.
package enum DeadLetterDesk {
  /// Closes open letters for good: their messages stay rejected. Letters that are closed already stay as they are.
  ///
  /// - Returns: how many were closed now.
  package static func discard(
    _ letters: [DeadLetterKey], by person: String, _ connection: inout PostgresConnection
  ) throws -> Int {
    try change("state = 'discarded', changed_at = now(), changed_by = $6", letters, by: person, &connection)
  }

  /// Notes who has asked for a retry, before it is asked for.
  package static func note(
    _ letters: [DeadLetterKey], by person: String, _ connection: inout PostgresConnection
  ) throws {
    _ = try change("changed_at = now(), changed_by = $6", letters, by: person, &connection)
  }

  /// What became of a letter so far.
  package struct Standing: Sendable {
    package var state: DeadLetter.State
    package var burials: Int32
    package var activityID: String?
    /// What a retry made of it.
    package var outcome: String?
    package var reason: String?
    package var detail: String?
  }

  /// The letters as they are now; those that are unknown are left out.
  package static func standings(
    _ letters: [DeadLetterKey], _ connection: inout PostgresConnection
  ) throws -> [DeadLetterKey: Standing] {
    var parameters = PostgresParameters()
    parameters.append(letters: letters)
    let rows = try connection.query(
      """
      SELECT q.place, d.state, d.burials, d.activity_id, puhui.outcome_code(d.outcome), d.reason, d.detail
      FROM (SELECT u.* FROM unnest($1::smallint[], $2::smallint[], $3::bigint[],
        $4::bigint[], $5::uuid[]) WITH ORDINALITY u(shard, partner_no, incarnation, position, content, place)
        OFFSET 0) q
      JOIN puhui.dead_letter d USING (shard, partner_no, incarnation, position, content)
      """, parameters)
    var standings: [DeadLetterKey: Standing] = [:]
    for row in 0..<rows.count {
      standings[letters[Int(rows.int64(row, 0)) - 1]] = Standing(
        state: .init(rawValue: rows.string(row, 1)) ?? .buried, burials: rows.int32(row, 2),
        activityID: rows.optionalString(row, 3), outcome: rows.optionalString(row, 4),
        reason: rows.optionalString(row, 5), detail: rows.optionalString(row, 6))
    }
    return standings
  }

  /// Changes open letters, locked in the order of their keys as everybody does.
  private static func change(
    _ change: String, _ letters: [DeadLetterKey], by person: String, _ connection: inout PostgresConnection
  ) throws -> Int {
    var parameters = PostgresParameters()
    parameters.append(letters: letters)
    parameters.append(person)
    return try connection.query(
      """
      WITH open AS MATERIALIZED (
        SELECT d.shard, d.partner_no, d.incarnation, d.position, d.content
        FROM (SELECT u.* FROM unnest($1::smallint[], $2::smallint[], $3::bigint[], $4::bigint[], $5::uuid[])
          u(shard, partner_no, incarnation, position, content) OFFSET 0) q
        JOIN puhui.dead_letter d USING (shard, partner_no, incarnation, position, content)
        WHERE d.state = 'buried'
        ORDER BY d.shard, d.partner_no, d.incarnation, d.position, d.content
        FOR UPDATE OF d
      )
      UPDATE puhui.dead_letter d SET \(change) FROM open o
      WHERE d.shard = o.shard AND d.partner_no = o.partner_no AND d.incarnation = o.incarnation
        AND d.position = o.position AND d.content = o.content
      """, parameters
    ).affectedRows
  }
}
