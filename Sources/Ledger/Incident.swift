package import CarbonInclusion
package import PostgresClient

/// A server that went back in time, or may have: what partners have pushed in between may be missing.
package struct Incident: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    /// Redis has nothing of what it had.
    case redisLost = "redis_lost"
    /// Redis is in the state of an earlier moment.
    case redisWentBack = "redis_went_back"
    /// A replica of Redis became the primary: it may lack the last pushes.
    case redisPromoted = "redis_promoted"
    /// PostgreSQL is in the state of an earlier moment.
    case postgresWentBack = "postgres_went_back"
    /// A standby of PostgreSQL became the primary: an asynchronous one may lack the last commits.
    case postgresPromoted = "postgres_promoted"
  }

  package var number: Int64
  package var what: String
  package var detectedAt: Instant
  /// Pushed before: safe. `nil`: nothing is known to be safe.
  package var missingFrom: Instant?
  package var missingTo: Instant
  package var detail: String
  package var resolvedAt: Instant?
}

/// The table of incidents.
package enum IncidentStore {
  /// Notes that Redis lacks marks that it had, unless another worker was faster.
  ///
  /// - Parameters:
  ///   - remaining: the mark that Redis still has; 0 for none.
  ///   - madeAt: when that mark was made, in microseconds since 1970; `nil` for none.
  /// - Returns: the incident, if it is a new one.
  package static func redisWentBack(
    remaining: Int64, madeAt: Int64?, detail: String, _ connection: inout PostgresConnection
  ) throws(PostgresError) -> Incident? {
    var parameters = PostgresParameters()
    parameters.append(remaining)
    let kind = remaining == 0 ? Incident.Kind.redisLost : .redisWentBack
    return try note(
      kind, from: madeAt, detail: detail,
      unless: "UPDATE puhui.watermark SET confirmed = $1 WHERE confirmed > $1 RETURNING drained_at", parameters,
      &connection)
  }

  /// Notes that PostgreSQL lacks marks that it had.
  ///
  /// - Parameters:
  ///   - found: the mark in Redis.
  ///   - own: the mark that was to be written there; where it is the same, PostgreSQL has made it twice.
  package static func postgresWentBack(
    found: Int64, own: Watermark.Mark, detail: String, _ connection: inout PostgresConnection
  ) throws(PostgresError) -> Incident? {
    var parameters = PostgresParameters()
    parameters.append(found)
    parameters.append(own.number)
    parameters.append(own.timeline)
    return try note(
      .postgresWentBack, from: nil, detail: detail,
      unless: """
        UPDATE puhui.watermark SET intent = greatest(intent, $1), timeline = $3 WHERE intent < $1 OR $1 = $2
        RETURNING drained_at
        """, parameters, &connection)
  }

  /// Notes that a standby of PostgreSQL was promoted.
  package static func postgresPromoted(
    _ mark: Watermark.Mark, detail: String, _ connection: inout PostgresConnection
  ) throws(PostgresError) -> Incident? {
    var parameters = PostgresParameters()
    parameters.append(mark.timeline)
    return try note(
      .postgresPromoted, from: nil, detail: detail,
      unless: "UPDATE puhui.watermark SET timeline = $1 WHERE timeline <> $1 RETURNING drained_at", parameters,
      &connection)
  }

  /// Notes that a replica of Redis was promoted. It has everything from before the last mark that reached it.
  package static func redisPromoted(
    replicationID: String, markMadeAt: Int64?, detail: String, _ connection: inout PostgresConnection
  ) throws(PostgresError) -> Incident? {
    var parameters = PostgresParameters()
    parameters.append(replicationID)
    return try note(
      .redisPromoted, from: markMadeAt, detail: detail,
      unless: """
        UPDATE puhui.watermark SET replication_id = $1 WHERE replication_id <> $1 RETURNING drained_at
        """, parameters, &connection)
  }

  /// - Parameter update: changes the watermark so that the same thing is not seen again; no row where that was done.
  private static func note(
    _ kind: Incident.Kind, from: Int64?, detail: String, unless update: String, _ parameters: PostgresParameters,
    _ connection: inout PostgresConnection
  ) throws(PostgresError) -> Incident? {
    try connection.begin()
    do {
      let updated = try connection.query(update, parameters)
      guard updated.count == 1 else {
        connection.rollback()
        return nil
      }
      var values = PostgresParameters()
      values.append(kind.rawValue)
      values.append(timestamp: from ?? updated.optionalTimestamp(0, 0))
      values.append(detail)
      let rows = try connection.query(insert, values)
      try connection.commit()
      return rows.count == 1 ? incident(rows, 0) : nil
    } catch {
      connection.rollback()
      throw error
    }
  }

  /// The same trouble again and again, as with two ledgers on one Redis, is one incident that goes on.
  private static let insert = """
    WITH goes_on AS (
      UPDATE puhui.incident SET missing_to = now(), detail = $3,
        missing_from = CASE WHEN missing_from IS NOT NULL AND $2 IS NOT NULL THEN least(missing_from, $2) END
      WHERE what = $1 AND resolved_at IS NULL AND missing_to > now() - interval '10 minutes'
      RETURNING incident_no
    )
    INSERT INTO puhui.incident (what, missing_from, detail)
    SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT FROM goes_on)
    RETURNING \(columns)
    """

  /// Those that nobody has marked as resolved, oldest first, 100 at most.
  package static func unresolved(_ connection: inout PostgresConnection) throws(PostgresError) -> [Incident] {
    let rows = try connection.query(
      "SELECT \(columns) FROM puhui.incident WHERE resolved_at IS NULL ORDER BY incident_no LIMIT 100")
    return (0..<rows.count).map { incident(rows, $0) }
  }

  package static func find(
    _ number: Int64, _ connection: inout PostgresConnection
  ) throws(PostgresError) -> Incident? {
    var parameters = PostgresParameters()
    parameters.append(number)
    let rows = try connection.query("SELECT \(columns) FROM puhui.incident WHERE incident_no = $1", parameters)
    return rows.count == 1 ? incident(rows, 0) : nil
  }

  /// Marks an incident as resolved.
  ///
  /// - Returns: whether it was open.
  package static func resolve(
    _ number: Int64, by: String, _ connection: inout PostgresConnection
  ) throws(PostgresError) -> Bool {
    var parameters = PostgresParameters()
    parameters.append(number)
    parameters.append(by)
    return try connection.query(
      """
      UPDATE puhui.incident SET resolved_at = now(), resolved_by = $2
      WHERE incident_no = $1 AND resolved_at IS NULL
      """, parameters
    ).affectedRows == 1
  }

  private static let columns = "incident_no, what, detected_at, missing_from, missing_to, detail, resolved_at"

  private static func incident(_ rows: PostgresRows, _ row: Int) -> Incident {
    Incident(
      number: rows.int64(row, 0), what: rows.string(row, 1),
      detectedAt: Instant(microseconds: rows.timestamp(row, 2)),
      missingFrom: rows.optionalTimestamp(row, 3).map { Instant(microseconds: $0) },
      missingTo: Instant(microseconds: rows.timestamp(row, 4)), detail: rows.string(row, 5),
      resolvedAt: rows.optionalTimestamp(row, 6).map { Instant(microseconds: $0) })
  }
}
