package import PostgresClient

/// Takes the numbers of the partners' counters into as few ranges as possible, by one writer at a time. What was seen
/// is exact with or without it.
package enum SequenceFold {
  /// So many rows a step, each a batch of one shard, and so many steps: the rest waits for the next call.
  private static let maxSteps = 50
  private static let maxRows: Int32 = 300

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
      let rows = try connection.query(taking, parameters)
      let folded = Int32(clamping: rows.count)
      if folded > 0 { _ = try connection.query(merging, Self.parameters(of: runs(in: rows))) }
      try connection.commit()
      return folded
    } catch {
      connection.rollback()
      throw error
    }
  }

  private static let taking = """
    DELETE FROM puhui.sequence_batch
    WHERE ctid = ANY(ARRAY(SELECT ctid FROM puhui.sequence_batch
      WHERE booked_at <= now() - make_interval(secs => $2) ORDER BY booked_at LIMIT $1))
    RETURNING partner_no, seen_at, low, high, numbers
    """

  /// What the rows hold, as runs of each partner. Put together here: SQL sorts rows, and takes ten times as long.
  private static func runs(in rows: borrowing PostgresRows) -> [SequenceRun] {
    var numbers: [Int16: [SequenceRun.Seen]] = [:]
    for row in 0..<rows.count {
      let (partners, seenAt) = (rows.int16Array(row, 0), rows.timestampArray(row, 1))
      let (lows, highs, all) = (rows.int32Array(row, 2), rows.int32Array(row, 3), rows.int64Array(row, 4))
      for place in partners.indices where lows[place] <= highs[place] {
        numbers[partners[place], default: []] += all[Int(lows[place]) - 1..<Int(highs[place])].map {
          .init(number: $0, at: seenAt[place])
        }
      }
    }
    return numbers.sorted { $0.key < $1.key }.flatMap { SequenceRun.runs(of: $0.key, $0.value) }
  }

  private static func parameters(of runs: [SequenceRun]) -> PostgresParameters {
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
