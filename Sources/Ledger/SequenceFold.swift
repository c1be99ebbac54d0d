package import PostgresClient

/// Takes the numbers of the partners' counters into as few ranges as possible, by one writer at a time. What was seen
/// is exact with or without it.
package enum SequenceFold {
  /// Rows of so many batches a step, and so many steps: the rest waits for the next call.
  private static let maxSteps = 50
  private static let maxRows: Int32 = 1_000

  /// Folds what was committed before. Two folds at once do not wait for each other.
  ///
  /// - Parameter seconds: what was booked later waits. Neighbours lie in several shards: once all have booked theirs,
  ///   there is one range instead of thousands.
  package static func fold(olderThanSeconds seconds: Int32, _ connection: inout PostgresConnection) throws {
    for _ in 0..<maxSteps {
      guard try foldOnce(maxRows: maxRows, olderThanSeconds: seconds, &connection) == maxRows else { return }
    }
  }

  /// - Returns: how many rows were folded; `nil` where another fold is at work.
  package static func foldOnce(
    maxRows: Int32, olderThanSeconds seconds: Int32, _ connection: inout PostgresConnection
  ) throws -> Int32? {
    try connection.begin()
    do {
      // In a statement of its own: the step after it must see what the fold before it committed.
      let isAlone = try connection.query("SELECT pg_try_advisory_xact_lock(hashtext('puhui sequence fold'))")
      guard isAlone.bool(0, 0) else {
        connection.rollback()
        return nil
      }
      var parameters = PostgresParameters()
      parameters.append(maxRows)
      parameters.append(seconds)
      let folded = try connection.query(step, parameters).int32(0, 0)
      try connection.commit()
      return folded
    } catch {
      connection.rollback()
      throw error
    }
  }

  /// The numbers become runs. The ranges that a run overlaps or touches are the last one that begins before it, and all
  /// that begin in it or right behind it. They and the runs become islands; ranges that no run touches stay as they
  /// are.
  private static let step = """
    WITH rows AS (
      DELETE FROM puhui.sequence_batch
      WHERE ctid = ANY(ARRAY(SELECT ctid FROM puhui.sequence_batch
        WHERE booked_at <= now() - make_interval(secs => $2) ORDER BY booked_at LIMIT $1))
      RETURNING partner_no, numbers, seen_at
    ), numbers AS (
      SELECT r.partner_no, n, min(r.seen_at) AS seen_at FROM rows r CROSS JOIN unnest(r.numbers) n GROUP BY 1, 2
    ), taken AS (
      SELECT partner_no, min(n) AS low, max(n) AS high, (array_agg(seen_at ORDER BY n))[1] AS low_at,
        (array_agg(seen_at ORDER BY n DESC))[1] AS high_at
      FROM (SELECT *, n - row_number() OVER (PARTITION BY partner_no ORDER BY n) AS island FROM numbers) i
      GROUP BY partner_no, island
    ), neighbours AS (
      SELECT DISTINCT n.partner_no, n.low
      FROM taken t CROSS JOIN LATERAL (
        (SELECT r.partner_no, r.low, r.high FROM puhui.sequence_range r
          WHERE r.partner_no = t.partner_no AND r.low < t.low ORDER BY r.low DESC LIMIT 1)
        UNION ALL
        (SELECT r.partner_no, r.low, r.high FROM puhui.sequence_range r
          WHERE r.partner_no = t.partner_no AND r.low >= t.low
            AND r.low <= least(t.high, 9223372036854775806) + 1)
      ) n
      WHERE n.high >= t.low - 1
    ), touched AS (
      DELETE FROM puhui.sequence_range r USING neighbours n
      WHERE r.partner_no = n.partner_no AND r.low = n.low
      RETURNING r.partner_no, r.low, r.high, r.low_at, r.high_at
    ), pieces AS (
      SELECT partner_no, low, high, low_at, high_at FROM taken
      UNION ALL
      SELECT partner_no, low, high, low_at, high_at FROM touched
    ), marked AS (
      SELECT p.*, coalesce(low - 1 > max(high) OVER (PARTITION BY partner_no ORDER BY low, high
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), true) AS begins
      FROM pieces p
    ), numbered AS (
      SELECT m.*, count(*) FILTER (WHERE begins) OVER (PARTITION BY partner_no ORDER BY low, high) AS island
      FROM marked m
    ), added AS (
      INSERT INTO puhui.sequence_range (partner_no, low, high, low_at, high_at)
      SELECT partner_no, min(low), max(high), (array_agg(low_at ORDER BY low, low_at))[1],
        (array_agg(high_at ORDER BY high DESC, high_at))[1]
      FROM numbered GROUP BY partner_no, island
    )
    SELECT count(*)::int FROM rows
    """
}
