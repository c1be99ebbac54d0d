package import PostgresClient

/// Takes the runs of the partners' counters into as few ranges as possible, by one writer at a time. What was seen is
/// exact with or without it.
package enum SequenceFold {
  /// So many runs a step, and so many steps: the rest waits for the next call.
  private static let maxSteps = 50
  private static let maxRuns: Int32 = 10_000

  /// Folds what was committed before. Two folds at once do not wait for each other.
  package static func fold(_ connection: inout PostgresConnection) throws {
    for _ in 0..<maxSteps {
      guard try foldOnce(maxRuns: maxRuns, &connection) == maxRuns else { return }
    }
  }

  /// - Returns: how many runs were folded; `nil` where another fold is at work.
  package static func foldOnce(maxRuns: Int32, _ connection: inout PostgresConnection) throws -> Int32? {
    try connection.begin()
    do {
      // In a statement of its own: the step after it must see what the fold before it committed.
      let isAlone = try connection.query("SELECT pg_try_advisory_xact_lock(hashtext('puhui sequence fold'))")
      guard isAlone.bool(0, 0) else {
        connection.rollback()
        return nil
      }
      var parameters = PostgresParameters()
      parameters.append(maxRuns)
      let folded = try connection.query(step, parameters).int32(0, 0)
      try connection.commit()
      return folded
    } catch {
      connection.rollback()
      throw error
    }
  }

  /// The ranges that a run overlaps or touches are the last one that begins before it, and all that begin in it or
  /// right behind it. They and the runs become islands; ranges that no run touches stay as they are.
  private static let step = """
    WITH taken AS (
      DELETE FROM puhui.sequence_run
      WHERE ctid = ANY(ARRAY(SELECT ctid FROM puhui.sequence_run LIMIT $1))
      RETURNING shard, partner_no, low, high, seen_at
    ), neighbours AS (
      SELECT DISTINCT n.shard, n.partner_no, n.low
      FROM taken t CROSS JOIN LATERAL (
        (SELECT r.shard, r.partner_no, r.low, r.high FROM puhui.sequence_range r
          WHERE r.shard = t.shard AND r.partner_no = t.partner_no AND r.low < t.low ORDER BY r.low DESC LIMIT 1)
        UNION ALL
        (SELECT r.shard, r.partner_no, r.low, r.high FROM puhui.sequence_range r
          WHERE r.shard = t.shard AND r.partner_no = t.partner_no AND r.low >= t.low
            AND r.low <= least(t.high, 9223372036854775806) + 1)
      ) n
      WHERE n.high >= t.low - 1
    ), touched AS (
      DELETE FROM puhui.sequence_range r USING neighbours n
      WHERE r.shard = n.shard AND r.partner_no = n.partner_no AND r.low = n.low
      RETURNING r.shard, r.partner_no, r.low, r.high, r.low_at, r.high_at
    ), pieces AS (
      SELECT shard, partner_no, low, high, seen_at AS low_at, seen_at AS high_at FROM taken
      UNION ALL
      SELECT shard, partner_no, low, high, low_at, high_at FROM touched
    ), marked AS (
      SELECT p.*, coalesce(low - 1 > max(high) OVER (PARTITION BY shard, partner_no ORDER BY low, high
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), true) AS begins
      FROM pieces p
    ), numbered AS (
      SELECT m.*, count(*) FILTER (WHERE begins) OVER (PARTITION BY shard, partner_no ORDER BY low, high) AS island
      FROM marked m
    ), added AS (
      INSERT INTO puhui.sequence_range (shard, partner_no, low, high, low_at, high_at)
      SELECT shard, partner_no, min(low), max(high), (array_agg(low_at ORDER BY low, low_at))[1],
        (array_agg(high_at ORDER BY high DESC, high_at))[1]
      FROM numbered GROUP BY shard, partner_no, island
    )
    SELECT count(*)::int FROM taken
    """
}
