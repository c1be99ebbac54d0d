package import PostgresClient

/// PostgreSQL's side of the watermark: marks that rise, and tell when one of the two servers was set back.
///
/// No lock is held from one step to the next, and none is needed: every mark is made once, `confirmed` is read before
/// Redis is asked, and `intent` after it.
package enum Watermark {
  /// A mark that is about to be written in Redis.
  package struct Mark: Sendable {
    package let number: Int64
    /// The last mark that is known to have been in Redis; 0 for none.
    package let confirmed: Int64
    /// On PostgreSQL's clock, in microseconds since 1970.
    package let madeAt: Int64
    package let ledger: String
    /// PostgreSQL's timeline, and the one that the mark before was made on.
    package let timeline: Int64
    package let timelineBefore: Int64?
    /// Redis' replication id at the last confirmed mark.
    package let replicationID: String?

    /// Whether PostgreSQL was promoted, or restored to a point in time, since the mark before.
    package var isPromoted: Bool { timelineBefore.map { $0 != timeline } ?? false }
  }

  /// Makes the next mark, and commits it; at most one in 1.5 s, whoever asks.
  ///
  /// - Returns: `nil` where it is not time yet, or somebody else is at it.
  package static func intend(_ connection: inout PostgresConnection) throws(PostgresError) -> Mark? {
    let rows = try connection.query(
      """
      WITH due AS (
        SELECT single, timeline FROM puhui.watermark
        WHERE intent_at <= now() - interval '1500 ms' OR intent_at > now() + interval '1 minute'
        FOR UPDATE SKIP LOCKED
      )
      UPDATE puhui.watermark w SET intent = w.intent + 1, intent_at = now()
      FROM due WHERE w.single = due.single
      RETURNING w.intent, w.confirmed, w.intent_at, w.ledger, \(timeline), due.timeline, w.replication_id
      """)
    guard rows.count == 1 else { return nil }
    return Mark(
      number: rows.int64(0, 0), confirmed: rows.int64(0, 1), madeAt: rows.timestamp(0, 2), ledger: rows.string(0, 3),
      timeline: rows.int64(0, 4), timelineBefore: rows.optionalInt64(0, 5), replicationID: rows.optionalString(0, 6))
  }

  /// Notes that Redis has the mark.
  ///
  /// - Parameter isDrained: whether every list was seen empty after the mark was made.
  package static func confirm(
    _ mark: Mark, isDrained: Bool, replicationID: String?, _ connection: inout PostgresConnection
  ) throws(PostgresError) {
    var parameters = PostgresParameters()
    parameters.append(mark.number)
    parameters.append(isDrained)
    parameters.append(timestamp: mark.madeAt)
    parameters.append(mark.timeline)
    parameters.append(replicationID)
    _ = try connection.query(
      """
      UPDATE puhui.watermark SET confirmed = greatest(confirmed, $1), confirmed_at = now(), timeline = $4,
        replication_id = $5, drained_at = CASE WHEN $2 THEN greatest(drained_at, $3) ELSE drained_at END
      """, parameters)
  }

  /// The highest mark that PostgreSQL knows of, now.
  package static func intent(_ connection: inout PostgresConnection) throws(PostgresError) -> Int64 {
    try connection.query("SELECT intent FROM puhui.watermark").int64(0, 0)
  }

  /// The first eight digits of a WAL file's name are the timeline: at once after a promotion, and for every role.
  private static let timeline =
    "('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint"
}
