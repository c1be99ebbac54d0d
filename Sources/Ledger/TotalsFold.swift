internal import CarbonInclusion
package import PostgresClient

/// Adds the contra side of new batches to the totals, by one writer at a time. Views are exact with or without it.
package enum TotalsFold {
  /// So many batches of each shard a step, which holds their legs in memory, and so many steps: the rest waits for the
  /// next call.
  private static let maxBatches: Int32 = 8
  private static let maxSteps = 200

  /// Folds everything that was committed before, where nobody else is at it. Two folds at once do not wait for each
  /// other.
  package static func fold(_ connection: inout PostgresConnection) throws {
    for _ in 0..<maxSteps {
      guard let folded = try foldOnce(&connection), folded > 0 else { return }
    }
  }

  /// - Returns: the number of shards that had something new; `nil` where another fold is at work.
  private static func foldOnce(_ connection: inout PostgresConnection) throws -> Int? {
    try connection.begin()
    do {
      // In a statement of its own: the step after it must see what the fold before it committed.
      try connection.execute("SELECT FROM puhui.fold ORDER BY shard FOR UPDATE NOWAIT")
      let new = try newBatches(&connection)
      if !new.isEmpty {
        let legs = try legs(of: new, &connection)
        _ = try connection.pipeline([addDays(legs), (addOutcomes, new.parameters), (moveOn, new.parameters)])
      }
      try connection.commit()
      return new.shards.count
    } catch {
      connection.rollback()
      if let error = error as? PostgresError, error.isLockTimeout { return nil }
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

  /// Batches that are not folded yet: of each shard those above `lows`, up to `highs`.
  private struct NewBatches {
    var shards: [Int16] = []
    var lows: [Int64] = []
    var highs: [Int64] = []

    var isEmpty: Bool { shards.isEmpty }

    var parameters: PostgresParameters {
      PostgresParameters {
        $0.append(array: shards)
        $0.append(array: lows)
        $0.append(array: highs)
      }
    }
  }

  /// A shard's batch numbers are committed in order, so everything up to the fence's is there, and is seen by whoever
  /// asks after this.
  private static func newBatches(_ connection: inout PostgresConnection) throws -> NewBatches {
    var parameters = PostgresParameters()
    parameters.append(maxBatches)
    let rows = try connection.query(
      """
      SELECT f.shard, f.folded_batch_no, least(n.batch_no, f.folded_batch_no + $1)
      FROM puhui.fold f JOIN puhui.fence n USING (shard) WHERE n.batch_no > f.folded_batch_no
      """, parameters)
    var new = NewBatches()
    for row in 0..<rows.count {
      new.shards.append(rows.int16(row, 0))
      new.lows.append(rows.int64(row, 1))
      new.highs.append(rows.int64(row, 2))
    }
    return new
  }

  /// The sums of their legs. Added up here: taking the arrays apart in SQL costs several times as much, and as much as
  /// booking an account.
  private static func legs(of new: NewBatches, _ connection: inout PostgresConnection) throws -> [LegKey: Leg] {
    let rows = try connection.query(
      """
      SELECT l.day, l.partner_no, l.behaviour_no, l.region, l.actions, l.reduction_mg, l.points
      FROM \(batches) CROSS JOIN LATERAL (SELECT * FROM puhui.leg_block l
        WHERE l.shard = b.shard AND l.batch_no > b.low AND l.batch_no <= b.high OFFSET 0) l
      """, new.parameters)
    var legs: [LegKey: Leg] = [:]
    for row in 0..<rows.count {
      let (days, partners, behaviours) = (rows.dateArray(row, 0), rows.int16Array(row, 1), rows.int16Array(row, 2))
      let (regions, actions) = (rows.int32Array(row, 3), rows.int32Array(row, 4))
      let (reductions, points) = (rows.int64Array(row, 5), rows.int64Array(row, 6))
      for place in days.indices {
        let key = LegKey(
          day: Day(number: days[place]), partnerNumber: partners[place], behaviourNumber: behaviours[place],
          region: Region(code: regions[place]))
        legs[key, default: .init()].add(
          Leg(actions: Int64(actions[place]), reductionMilligrams: reductions[place], points: points[place]))
      }
    }
    return legs
  }

  private static let batches = "unnest($1::smallint[], $2::bigint[], $3::bigint[]) b(shard, low, high)"

  private static func addDays(_ legs: [LegKey: Leg]) -> (sql: String, parameters: PostgresParameters) {
    let legs = legs.sorted { $0.key < $1.key }
    var parameters = PostgresParameters()
    parameters.append(dates: legs.map(\.key.day.number))
    parameters.append(array: legs.map(\.key.partnerNumber))
    parameters.append(array: legs.map(\.key.behaviourNumber))
    parameters.append(array: legs.map { $0.key.region?.code ?? 0 })
    parameters.append(array: legs.map(\.value.actions))
    parameters.append(array: legs.map(\.value.reductionMilligrams))
    parameters.append(array: legs.map(\.value.points))
    return (
      """
      INSERT INTO puhui.day_fold AS d (day, partner_no, behaviour_no, region, actions, reduction_mg, points)
      SELECT l.* FROM unnest($1::date[], $2::smallint[], $3::smallint[], $4::int[], $5::bigint[], $6::bigint[],
        $7::bigint[]) l
      ON CONFLICT (day, partner_no, behaviour_no, region) DO UPDATE SET actions = d.actions + excluded.actions,
        reduction_mg = d.reduction_mg + excluded.reduction_mg, points = d.points + excluded.points
      """, parameters
    )
  }

  private static let addOutcomes = """
    INSERT INTO puhui.outcome_fold AS o (partner_no, received, credited, capped, duplicate, conflict, overlap, held,
      reversal, rejected)
    SELECT l.partner_no, sum(l.received), sum(l.credited), sum(l.capped), sum(l.duplicate), sum(l.conflict),
      sum(l.overlap), sum(l.held), sum(l.reversal), sum(l.rejected)
    FROM \(batches) CROSS JOIN LATERAL (SELECT * FROM puhui.outcome_leg l
      WHERE l.shard = b.shard AND l.batch_no > b.low AND l.batch_no <= b.high OFFSET 0) l
    GROUP BY 1
    ON CONFLICT (partner_no) DO UPDATE SET received = o.received + excluded.received,
      credited = o.credited + excluded.credited, capped = o.capped + excluded.capped,
      duplicate = o.duplicate + excluded.duplicate, conflict = o.conflict + excluded.conflict,
      overlap = o.overlap + excluded.overlap, held = o.held + excluded.held,
      reversal = o.reversal + excluded.reversal, rejected = o.rejected + excluded.rejected
    """

  private static let moveOn = """
    UPDATE puhui.fold f SET folded_batch_no = b.high,
      residents = f.residents + coalesce((SELECT sum(t.residents) FROM puhui.batch t
        WHERE t.shard = b.shard AND t.batch_no > b.low AND t.batch_no <= b.high), 0)
    FROM \(batches) WHERE f.shard = b.shard
    """
}
