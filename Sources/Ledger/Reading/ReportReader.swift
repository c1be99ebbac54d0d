package import CarbonInclusion
package import PostgresClient

/// Totals for an enterprise or the government, by one dimension.
package struct Report: Sendable {
  /// What the lines are about. The raw value is the word on the command line.
  package enum Dimension: String, Sendable, CaseIterable {
    case day, month, category, behaviour, partner, region
  }

  package struct Line: Sendable {
    package var key: String
    /// Chinese and English, where the catalogue names the key.
    package var name: String?
    /// Residents with an action that stands.
    package var residents: Int64
    package var actions: Int64
    package var reductionMilligrams: Int64
    package var points: Int64
  }

  package struct Filter: Sendable {
    package var partner: String?
    package var from: Day?
    package var to: Day?

    package init(partner: String? = nil, from: Day? = nil, to: Day? = nil) {
      self.partner = partner
      self.from = from
      self.to = to
    }
  }

  package var lines: [Line]
  package var total: Line
}

package enum ReportReader {
  /// One snapshot: the lines add up to the total, residents aside, who may appear in several lines.
  package static func read(
    by dimension: Report.Dimension, filter: Report.Filter, timeZone: String, _ connection: inout PostgresConnection
  ) throws -> Report {
    try connection.inSnapshot { connection throws in
      let parameters = parameters(filter, timeZone: timeZone)
      let byKey = sql(key: keyExpression(dimension), name: nameExpression(dimension))
      let overall = sql(key: "'total'", name: "NULL::text")
      let lines = try read(byKey, parameters, &connection)
      let total = try read(overall, parameters, &connection).first
      return Report(
        lines: lines,
        total: total
          ?? Report.Line(key: "total", name: nil, residents: 0, actions: 0, reductionMilligrams: 0, points: 0))
    }
  }

  private static func parameters(_ filter: Report.Filter, timeZone: String) -> PostgresParameters {
    var parameters = PostgresParameters()
    parameters.append(filter.partner)
    parameters.append(date: filter.from?.number)
    parameters.append(date: filter.to?.number)
    parameters.append(timeZone)
    return parameters
  }

  private static func keyExpression(_ dimension: Report.Dimension) -> String {
    switch dimension {
    case .day: "t.day::text"
    case .month: "to_char(t.day, 'YYYY-MM')"
    case .category: "t.category"
    case .behaviour: "t.behaviour"
    case .partner: "t.partner"
    case .region: "coalesce(t.region, 'none')"
    }
  }

  private static func nameExpression(_ dimension: Report.Dimension) -> String {
    switch dimension {
    case .day, .month, .region: "NULL::text"
    case .category, .behaviour, .partner:
      "(SELECT n.name_chinese || ' ' || n.name_english FROM puhui.\(dimension.rawValue) n WHERE n.code = k.key)"
    }
  }

  private static func sql(key: String, name: String) -> String {
    """
    WITH acts AS (
      SELECT (e.occurred_at AT TIME ZONE $4)::date AS day, p.code AS partner, b.code AS behaviour, b.category,
        puhui.region_code(e.region) AS region, (e.shard::bigint << 32) | e.resident_no AS resident
      FROM puhui.entry e
      JOIN puhui.partner p ON p.partner_no = e.partner_no
      JOIN puhui.behaviour b ON b.behaviour_no = e.behaviour_no
      WHERE e.outcome IN (1, 2) AND e.credited_quantity > 0 AND ($1::text IS NULL OR p.code = $1)
        AND NOT EXISTS (SELECT FROM puhui.entry r WHERE r.shard = e.shard AND r.kind = 2
          AND r.refers_to = CASE e.kind WHEN 3 THEN e.refers_to ELSE e.entry_no END)
    ), people AS (
      SELECT \(key) AS key, count(DISTINCT t.resident) AS residents FROM acts t
      WHERE ($2::date IS NULL OR t.day >= $2) AND ($3::date IS NULL OR t.day <= $3) GROUP BY 1
    ), sums AS (
      SELECT \(key) AS key, sum(t.actions)::bigint AS actions, sum(t.reduction_mg)::bigint AS reduction_mg,
        sum(t.points)::bigint AS points
      FROM puhui.daily_totals t
      WHERE ($1::text IS NULL OR t.partner = $1) AND ($2::date IS NULL OR t.day >= $2)
        AND ($3::date IS NULL OR t.day <= $3)
      GROUP BY 1
    )
    SELECT k.key, \(name), coalesce(p.residents, 0), k.actions, k.reduction_mg, k.points
    FROM sums k LEFT JOIN people p USING (key) ORDER BY k.key
    """
  }

  private static func read(_ sql: String, _ parameters: PostgresParameters, _ connection: inout PostgresConnection)
    throws -> [Report.Line]
  {
    let rows = try connection.query(sql, parameters)
    return (0..<rows.count).map { row in
      Report.Line(
        key: rows.string(row, 0), name: rows.optionalString(row, 1), residents: rows.int64(row, 2),
        actions: rows.int64(row, 3), reductionMilligrams: rows.int64(row, 4), points: rows.int64(row, 5))
    }
  }
}
