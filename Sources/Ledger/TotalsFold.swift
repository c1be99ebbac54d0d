package import PostgresClient

/// Adds the contra side of new batches to the totals, by one writer at a time. Views are exact with or without it.
package enum TotalsFold {
  /// One step: everything that was committed before it. Two folds at once do not wait for each other.
  ///
  /// - Returns: the number of shards that had something new; `nil` where another fold is at work.
  package static func fold(_ connection: inout PostgresConnection) throws -> Int? {
    try connection.begin()
    do {
      // In a statement of its own: the step after it must see what the fold before it committed.
      try connection.execute("SELECT FROM puhui.fold ORDER BY shard FOR UPDATE NOWAIT")
      let folded = try connection.query(step)
      try connection.commit()
      return folded.affectedRows
    } catch {
      connection.rollback()
      if error.isLockTimeout { return nil }
      throw error
    }
  }

  /// Forgets payloads of rejected messages that are older than the retention, so many at a time. Those of open dead
  /// letters stay: they are still to be judged.
  package static func expirePayloads(olderThanDays days: Int32, _ connection: inout PostgresConnection) throws -> Int {
    var parameters = PostgresParameters()
    parameters.append(days)
    return try connection.query(
      """
      DELETE FROM puhui.refusal_payload WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM puhui.refusal_payload y WHERE received_at < now() - make_interval(days => $1)
          AND NOT EXISTS (SELECT FROM puhui.dead_letter d
            WHERE d.shard = y.shard AND d.partner_no = y.partner_no AND d.incarnation = y.incarnation
              AND d.position = y.position AND d.content = y.content AND d.state = 'buried')
        LIMIT 20000))
      """, parameters
    ).affectedRows
  }

  /// Bounded, so that a fold that was away for long catches up step by step. A shard's batch numbers are committed in
  /// order, so everything up to the fence's is there and is seen by this one snapshot.
  private static let step = """
    WITH bound AS MATERIALIZED (
      SELECT f.shard, f.folded_batch_no AS low, least(n.batch_no, f.folded_batch_no + 2000) AS high
      FROM puhui.fold f JOIN puhui.fence n USING (shard) WHERE n.batch_no > f.folded_batch_no
    ), days AS (
      INSERT INTO puhui.day_fold AS d (day, partner_no, behaviour_no, region, actions, reduction_mg, points)
      SELECT l.day, l.partner_no, l.behaviour_no, l.region, sum(l.actions), sum(l.reduction_mg), sum(l.points)
      FROM bound b CROSS JOIN LATERAL (SELECT * FROM puhui.leg l
        WHERE l.shard = b.shard AND l.batch_no > b.low AND l.batch_no <= b.high OFFSET 0) l
      GROUP BY 1, 2, 3, 4
      ON CONFLICT (day, partner_no, behaviour_no, region) DO UPDATE SET actions = d.actions + excluded.actions,
        reduction_mg = d.reduction_mg + excluded.reduction_mg, points = d.points + excluded.points
    ), outcomes AS (
      INSERT INTO puhui.outcome_fold AS o (partner_no, received, credited, capped, duplicate, conflict, overlap, held,
        reversal, rejected)
      SELECT l.partner_no, sum(l.received), sum(l.credited), sum(l.capped), sum(l.duplicate), sum(l.conflict),
        sum(l.overlap), sum(l.held), sum(l.reversal), sum(l.rejected)
      FROM bound b CROSS JOIN LATERAL (SELECT * FROM puhui.outcome_leg l
        WHERE l.shard = b.shard AND l.batch_no > b.low AND l.batch_no <= b.high OFFSET 0) l
      GROUP BY 1
      ON CONFLICT (partner_no) DO UPDATE SET received = o.received + excluded.received,
        credited = o.credited + excluded.credited, capped = o.capped + excluded.capped,
        duplicate = o.duplicate + excluded.duplicate, conflict = o.conflict + excluded.conflict,
        overlap = o.overlap + excluded.overlap, held = o.held + excluded.held,
        reversal = o.reversal + excluded.reversal, rejected = o.rejected + excluded.rejected
    ), gained AS (
      SELECT b.shard, sum(t.residents) AS residents
      FROM bound b CROSS JOIN LATERAL (SELECT * FROM puhui.batch t
        WHERE t.shard = b.shard AND t.batch_no > b.low AND t.batch_no <= b.high OFFSET 0) t
      GROUP BY 1
    )
    UPDATE puhui.fold f SET folded_batch_no = b.high, residents = f.residents + coalesce(g.residents, 0)
    FROM bound b LEFT JOIN gained g USING (shard) WHERE f.shard = b.shard
    """
}
