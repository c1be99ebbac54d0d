package import CarbonInclusion
package import PostgresClient

/// How the messages of one id ended. The id of a refused message may have several rows.
package struct OutcomeRecord: Sendable {
  package var partner: String
  package var activityID: String?
  package var resident: String?
  package var outcome: String
  package var reason: String?
  package var detail: String?
  package var otherPartner: String?
  package var otherActivityID: String?
  package var recordedAt: Instant
  package var reductionMilligrams: Int64?
  package var points: Int64?
  package var factorVersion: String?
}

package enum OutcomeReader {
  package static func read(partner: String, activityID: String, _ connection: inout PostgresConnection) throws
    -> [OutcomeRecord]
  {
    var parameters = PostgresParameters()
    parameters.append(partner)
    parameters.append(activityID)
    let rows = try connection.query(
      """
      SELECT o.partner, o.activity_id, o.resident, o.outcome, o.reason, o.detail, o.other_partner,
        o.other_activity_id, o.recorded_at, l.reduction_mg, l.points, l.factor_version
      FROM puhui.outcomes o
      LEFT JOIN LATERAL (
        SELECT sum(l.reduction_mg)::bigint AS reduction_mg, sum(l.points)::bigint AS points,
          max(l.factor_version) AS factor_version
        FROM puhui.ledger l
        WHERE l.resident = o.resident AND l.partner = o.partner AND l.activity_id = o.activity_id
          AND o.outcome IN ('credited', 'capped', 'reversal')
      ) l ON true
      WHERE o.partner = $1 AND o.activity_id = $2
      ORDER BY o.recorded_at
      """, parameters)
    return (0..<rows.count).map { row in
      OutcomeRecord(
        partner: rows.string(row, 0), activityID: rows.optionalString(row, 1), resident: rows.optionalString(row, 2),
        outcome: rows.string(row, 3), reason: rows.optionalString(row, 4), detail: rows.optionalString(row, 5),
        otherPartner: rows.optionalString(row, 6), otherActivityID: rows.optionalString(row, 7),
        recordedAt: Instant(microseconds: rows.timestamp(row, 8)), reductionMilligrams: rows.optionalInt64(row, 9),
        points: rows.optionalInt64(row, 10), factorVersion: rows.optionalString(row, 11))
    }
  }
}
