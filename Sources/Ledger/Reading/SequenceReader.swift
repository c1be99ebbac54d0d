package import CarbonInclusion
package import PostgresClient

/// What was seen of one partner's own counter.
package struct SequenceSummary: Sendable, Equatable {
  package var partner: String
  package var lowest: Int64
  package var highest: Int64
  /// When the highest number was received first.
  package var highestAt: Instant
  /// How many different numbers were seen.
  package var seen: Int64
  /// How many between the lowest and the highest were not.
  package var missing: Int64
  package var gaps: Int64
}

/// Numbers of a partner's counter that no message carried, from `first` to `last`.
package struct SequenceGap: Sendable, Equatable {
  package var first: Int64
  package var last: Int64
  /// When the number before the gap was received; `nil` where there is none.
  package var receivedAfter: Instant?
  /// When the number behind the gap was received; `nil` where there is none.
  package var receivedBefore: Instant?

  package var missing: Int64 { last - first + 1 }
}

/// The gaps of one partner.
package struct SequenceGaps: Sendable {
  /// `nil` where no message of the partner carried a number.
  package var summary: SequenceSummary?
  /// By rising numbers, up to the limit.
  package var gaps: [SequenceGap]
  /// Of all gaps, also of those beyond the limit.
  package var gapCount: Int64
  package var missing: Int64
}

/// Reads what the partners' own counters say. Exact at every moment: runs that are not folded yet count too.
package enum SequenceReader {
  /// One line for each partner that uses a counter.
  package static func summaries(_ connection: inout PostgresConnection) throws -> [SequenceSummary] {
    let rows = try connection.query(
      """
      SELECT p.code, min(s.low), max(s.high), (array_agg(s.high_at ORDER BY s.high DESC))[1],
        sum(s.high - s.low + 1)::bigint, coalesce(sum(s.low - 1 - s.before), 0)::bigint, count(s.before)
      FROM (SELECT *, lag(high) OVER (PARTITION BY partner_no ORDER BY low) AS before FROM puhui.sequence_seen) s
      JOIN puhui.partner p USING (partner_no)
      GROUP BY p.code ORDER BY p.code
      """)
    return (0..<rows.count).map { row in
      SequenceSummary(
        partner: rows.string(row, 0), lowest: rows.int64(row, 1), highest: rows.int64(row, 2),
        highestAt: Instant(microseconds: rows.timestamp(row, 3)), seen: rows.int64(row, 4),
        missing: rows.int64(row, 5), gaps: rows.int64(row, 6))
    }
  }

  /// The gaps of a partner, as one snapshot.
  ///
  /// - Parameters:
  ///   - from: the number that the counter is known to have begun with; what is below is left out.
  ///   - to: the number that it is known to have reached, at most `Int64.max - 1`; what is above is left out.
  ///   - limit: the most gaps to return.
  /// - Returns: `nil` for a partner that no catalogue ever named.
  package static func gaps(
    partner: String, from: Int64?, to: Int64?, limit: Int64, _ connection: inout PostgresConnection
  ) throws -> SequenceGaps? {
    try connection.inSnapshot { connection throws in
      var code = PostgresParameters()
      code.append(partner)
      let known = try connection.query("SELECT partner_no FROM puhui.partner WHERE code = $1", code)
      guard known.count == 1 else { return nil }
      var parameters = PostgresParameters()
      parameters.append(known.int16(0, 0))
      parameters.append(from)
      parameters.append(to)
      parameters.append(limit)
      let rows = try connection.query(holes, parameters)
      return SequenceGaps(
        summary: try summaries(&connection).first { $0.partner == partner },
        gaps: (0..<rows.count).map { row in
          SequenceGap(
            first: rows.int64(row, 0), last: rows.int64(row, 1),
            receivedAfter: rows.optionalTimestamp(row, 2).map { Instant(microseconds: $0) },
            receivedBefore: rows.optionalTimestamp(row, 3).map { Instant(microseconds: $0) })
        },
        gapCount: rows.count > 0 ? rows.int64(0, 4) : 0, missing: rows.count > 0 ? rows.int64(0, 5) : 0)
    }
  }

  /// The codes of all partners that a catalogue ever named.
  package static func partners(_ connection: inout PostgresConnection) throws -> [String] {
    let rows = try connection.query("SELECT code FROM puhui.partner ORDER BY code")
    return (0..<rows.count).map { rows.string($0, 0) }
  }

  /// Holes between what was seen, before it from $2 on, and behind it up to $3. `least` and `greatest` leave NULL out.
  private static let holes = """
    WITH seen AS MATERIALIZED (
      SELECT low, high, low_at, high_at FROM puhui.sequence_seen WHERE partner_no = $1
    ), ends AS (
      SELECT min(low) AS low, max(high) AS high, (SELECT low_at FROM seen ORDER BY low LIMIT 1) AS low_at,
        (SELECT high_at FROM seen ORDER BY low DESC LIMIT 1) AS high_at
      FROM seen
    ), holes AS (
      SELECT $2::bigint AS first, least(low - 1, $3::bigint) AS last, NULL::timestamptz AS after_at, low_at AS before_at
      FROM ends
      UNION ALL
      SELECT greatest(before + 1, $2), least(low - 1, $3), before_at, low_at
      FROM (SELECT *, lag(high) OVER w AS before, lag(high_at) OVER w AS before_at
        FROM seen WINDOW w AS (ORDER BY low)) s
      WHERE before IS NOT NULL
      UNION ALL
      SELECT CASE WHEN high < $3 THEN greatest(high + 1, $2) END, $3, high_at, NULL FROM ends
    )
    SELECT first, last, after_at, before_at, count(*) OVER (), (sum(last - first + 1) OVER ())::bigint
    FROM holes WHERE first <= last ORDER BY first LIMIT $4
    """
}
