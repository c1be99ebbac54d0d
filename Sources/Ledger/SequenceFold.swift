package import PostgresClient

/// Takes the numbers of the partners' counters into as few ranges as possible, by one writer at a time. What was seen
/// is exact with or without it.
package enum SequenceFold {
  /// So many rows a step, each a batch of one shard, with so many numbers, which are held in memory, and so many steps:
  /// the rest waits for the next call. The more at once, the fewer pieces.
  private static let maxSteps = 100
  private static let maxRows: Int32 = 10_000
  private static let maxNumbers: Int32 = 100_000

  /// Folds what was committed before. Two folds at once do not wait for each other.
  ///
  /// - Parameter seconds: what was booked later waits. Neighbours lie in several shards: once all have booked theirs,
  ///   there is one range instead of thousands.
  package static func fold(olderThanSeconds seconds: Int32, _ connection: inout PostgresConnection) throws {
    for _ in 0..<maxSteps {
      let taken = try step(maxRows: maxRows, olderThanSeconds: seconds, &connection)
      guard let taken, taken.rows == maxRows || taken.numbers >= maxNumbers else { return }
    }
  }

  /// - Returns: how many rows were folded; `nil` where another fold is at work.
  static func foldOnce(
    maxRows: Int32, olderThanSeconds seconds: Int32, _ connection: inout PostgresConnection
  ) throws -> Int32? {
    try step(maxRows: maxRows, olderThanSeconds: seconds, &connection)?.rows
  }

  /// - Returns: how much was taken, of which some may have been put back; `nil` where another fold is at work.
  private static func step(
    maxRows: Int32, olderThanSeconds seconds: Int32, _ connection: inout PostgresConnection
  ) throws -> (rows: Int32, numbers: Int)? {
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
      parameters.append(maxNumbers)
      let rows = try connection.query(taking, parameters)
      var pieces = SequencePieces(rows)
      if rows.count > 0 {
        let ends = pieces.takeRaggedEnds()
        if !ends.isEmpty { _ = try connection.query(leaving, leavingParameters(ends, of: rows)) }
        _ = try connection.query(merging, mergingParameters(pieces.runs))
      }
      try connection.commit()
      return (Int32(clamping: rows.count), pieces.count)
    } catch {
      connection.rollback()
      throw error
    }
  }

  /// What is older than the fold's age by a minute does not wait any longer.
  private static let taking = """
    DELETE FROM puhui.sequence_batch
    WHERE ctid = ANY(ARRAY(
      SELECT place FROM (
        SELECT place, sum(count) OVER (ORDER BY booked_at ROWS UNBOUNDED PRECEDING) - count AS before
        FROM (
          SELECT ctid AS place, booked_at, high[cardinality(high)] AS count FROM puhui.sequence_batch
          WHERE booked_at <= now() - make_interval(secs => $2) ORDER BY booked_at LIMIT $1) oldest) counted
      WHERE before < $3))
    RETURNING partner_no, seen_at, low, high, numbers,
      $2 > 0 AND booked_at > now() - make_interval(secs => $2 + 60), shard, batch_no, booked_at
    """

  /// Puts back what waits, in the place of the oldest row that may have held some of it.
  private static let leaving = """
    INSERT INTO puhui.sequence_batch (shard, batch_no, booked_at, partner_no, seen_at, low, high, numbers)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    """

  private static func leavingParameters(
    _ ends: [Int16: [SequenceRun.Seen]], of rows: borrowing PostgresRows
  ) -> PostgresParameters {
    let oldest = (0..<rows.count).filter { rows.bool($0, 5) }.min { rows.timestamp($0, 8) < rows.timestamp($1, 8) } ?? 0
    // Numbers that were seen at the same time are one slice.
    let slices = ends.sorted { $0.key < $1.key }.flatMap { partner, seen in
      Dictionary(grouping: seen, by: \.at).sorted { $0.key < $1.key }.map { (partner: partner, at: $0, seen: $1) }
    }
    var parameters = PostgresParameters()
    parameters.append(rows.int16(oldest, 6))
    parameters.append(rows.int64(oldest, 7))
    parameters.append(timestamp: rows.timestamp(oldest, 8))
    parameters.append(array: slices.map(\.partner))
    parameters.append(timestamps: slices.map(\.at))
    parameters.append(slices: slices.map(\.seen.count))
    parameters.append(array: slices.flatMap { $0.seen.map(\.number) })
    return parameters
  }

  private static func mergingParameters(_ runs: [SequenceRun]) -> PostgresParameters {
    var parameters = PostgresParameters()
    parameters.append(array: runs.map(\.partnerNumber))
    parameters.append(array: runs.map(\.first.number))
    parameters.append(array: runs.map(\.last.number))
    parameters.append(timestamps: runs.map(\.first.at))
    parameters.append(timestamps: runs.map(\.last.at))
    return parameters
  }

  /// The ranges that a run overlaps or touches are the last one that begins before it, and all that begin in it or
  /// right behind it. They and the runs become islands; ranges that no run touches stay as they are.
  private static let merging = """
    WITH taken AS (
      SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::timestamptz[])
        r(partner_no, low, high, low_at, high_at)
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
    SELECT
    """
}
