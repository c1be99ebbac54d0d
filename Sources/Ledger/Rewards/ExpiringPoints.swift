package import CarbonInclusion
package import PostgresClient

/// Points of one resident that expire with the same day.
package struct ExpiringPoints: Sendable, Equatable {
  package var resident: String
  package var expiresOn: Day
  package var points: Int64

  /// What can be spent today, and no more in so many days; the earliest first.
  ///
  /// - Parameter utcOffsetSeconds: of the programme's zone.
  package static func read(
    within days: Int32, utcOffsetSeconds: Int, resident: String?, limit: Int64,
    _ connection: inout PostgresConnection
  ) throws -> [ExpiringPoints] {
    let today = try today(utcOffsetSeconds, &connection)
    var parameters = PostgresParameters()
    parameters.append(date: today.number)
    parameters.append(date: today.number + days)
    parameters.append(resident)
    parameters.append(limit)
    let rows = try connection.query(
      """
      SELECT p.resident, p.expires_on, p.points FROM puhui.expiring_points p
      WHERE p.expires_on BETWEEN $1 AND $2 AND ($3::text IS NULL OR p.resident = $3)
      ORDER BY p.expires_on, p.resident LIMIT $4
      """, parameters)
    return (0..<rows.count).map {
      ExpiringPoints(
        resident: rows.string($0, 0), expiresOn: Day(number: rows.date($0, 1)), points: rows.int64($0, 2))
    }
  }

  /// What ended before today and has not been expired yet.
  package static func ended(utcOffsetSeconds: Int, _ connection: inout PostgresConnection) throws -> (
    accounts: Int, points: Int64
  ) {
    var parameters = PostgresParameters()
    parameters.append(date: try today(utcOffsetSeconds, &connection).number)
    let rows = try connection.query(
      """
      SELECT count(DISTINCT p.resident), coalesce(sum(p.points), 0)::bigint FROM puhui.expiring_points p
      WHERE p.expires_on < $1
      """, parameters)
    return (Int(rows.int64(0, 0)), rows.int64(0, 1))
  }

  static func today(_ utcOffsetSeconds: Int, _ connection: inout PostgresConnection) throws -> Day {
    let now = Instant(microseconds: try connection.query("SELECT now()").timestamp(0, 0))
    return Day(containing: now, utcOffsetSeconds: utcOffsetSeconds)
  }
}
