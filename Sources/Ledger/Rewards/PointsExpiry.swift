package import CarbonInclusion
package import PostgresClient

/// Expires what was not spent in time, a page of accounts at a time.
///
/// A page is one transaction: the accounts, an entry of the remaining amount for each, and how far the day has come.
/// What was expired once is gone from the account, so a page that runs twice does nothing.
package enum PointsExpiry {
  package struct Progress: Sendable, Equatable {
    package var accounts: Int = 0
    package var points: Int64 = 0
    package var isFinished = false

    package init() {}
  }

  /// Expires what ended before today, in the next page of the next shard that is not done with.
  ///
  /// - Parameter utcOffsetSeconds: of the programme's zone, whose days count.
  package static func page(
    utcOffsetSeconds: Int, shards: Int16, pageSize: Int64, _ connection: inout PostgresConnection
  ) throws -> Progress {
    let now = Instant(microseconds: try connection.query("SELECT now()").timestamp(0, 0))
    let today = Day(containing: now, utcOffsetSeconds: utcOffsetSeconds)
    return try page(before: today, now: now, shards: shards, pageSize: pageSize, &connection)
  }

  /// Expires the lots that ended before a day, in the next page of the next shard that is not done with.
  ///
  /// - Parameter shards: how many there are.
  package static func page(
    before today: Day, now: Instant, shards: Int16, pageSize: Int64, _ connection: inout PostgresConnection
  ) throws -> Progress {
    try connection.begin()
    do {
      let progress = try page(today, now, shards, pageSize, &connection)
      try connection.commit()
      return progress
    } catch {
      connection.rollback()
      throw error
    }
  }

  private static func page(
    _ today: Day, _ now: Instant, _ shards: Int16, _ pageSize: Int64, _ connection: inout PostgresConnection
  ) throws -> Progress {
    var day = PostgresParameters()
    day.append(date: today.number)
    day.append(shards)
    _ = try connection.query(
      """
      INSERT INTO puhui.expiry_run (day, shard) SELECT $1, s FROM generate_series(0, $2 - 1) s
      WHERE NOT EXISTS (SELECT FROM puhui.expiry_run WHERE day = $1) ON CONFLICT DO NOTHING
      """, day)
    var dayOnly = PostgresParameters()
    dayOnly.append(date: today.number)
    // Another worker's page of another shard goes on beside this one.
    let run = try connection.query(
      """
      SELECT shard, next_resident_no FROM puhui.expiry_run WHERE day = $1 AND finished_at IS NULL
      ORDER BY shard LIMIT 1 FOR UPDATE SKIP LOCKED
      """, dayOnly)
    guard run.count == 1 else { return try finished(dayOnly, &connection) }
    let (shard, next) = (run.int16(0, 0), run.int32(0, 1))
    var parameters = PostgresParameters()
    parameters.append(shard)
    parameters.append(next)
    parameters.append(Int64(today.number) << 40)
    parameters.append(pageSize)
    let rows = try connection.query(
      """
      SELECT a.resident_no, a.lots, a.points_held, a.points_debt FROM puhui.account a
      WHERE a.shard = $1 AND a.resident_no >= $2 AND a.lots[1] < $3
      ORDER BY a.shard, a.resident_no LIMIT $4 FOR NO KEY UPDATE
      """, parameters)
    let booking = expire(rows, shard: shard, before: today)
    try JobWriting(booking: booking, now: now).write(&connection)
    let points = -booking.entries.reduce(0) { $0 + $1.points }
    let last = rows.count > 0 ? rows.int32(rows.count - 1, 0) + 1 : next
    try note(
      today, shard: shard, next: last, accounts: rows.count, points: points, isLast: rows.count < Int(pageSize),
      &connection)
    var progress = Progress()
    progress.accounts = rows.count
    progress.points = points
    return progress
  }

  private static func expire(_ rows: borrowing PostgresRows, shard: Int16, before today: Day) -> JobBooking {
    var booking = JobBooking()
    for row in 0..<rows.count {
      let key = AccountKey(shard: shard, residentNumber: rows.int32(row, 0))
      var purse = PointsPurse(
        lots: rows.lots(row, 1), held: rows.int64(row, 2), debt: rows.int64(row, 3))
      let ended = purse.expire(before: today)
      guard !ended.isEmpty else { continue }
      booking.accounts[key] = purse
      booking.entries.append(.expiry(of: ended, account: key))
    }
    return booking
  }

  private static func note(
    _ today: Day, shard: Int16, next: Int32, accounts: Int, points: Int64, isLast: Bool,
    _ connection: inout PostgresConnection
  ) throws {
    var parameters = PostgresParameters()
    parameters.append(date: today.number)
    parameters.append(shard)
    parameters.append(next)
    parameters.append(Int32(accounts))
    parameters.append(points)
    parameters.append(isLast)
    _ = try connection.query(
      """
      UPDATE puhui.expiry_run SET next_resident_no = $3, accounts = accounts + $4, points = points + $5,
        finished_at = CASE WHEN $6 THEN now() END
      WHERE day = $1 AND shard = $2
      """, parameters)
  }

  /// Nothing is left for this worker; another one may still be at a page.
  private static func finished(_ day: PostgresParameters, _ connection: inout PostgresConnection) throws -> Progress {
    var progress = Progress()
    progress.isFinished = try connection.query(
      "SELECT NOT EXISTS (SELECT FROM puhui.expiry_run WHERE day = $1 AND finished_at IS NULL)", day
    ).bool(0, 0)
    return progress
  }
}
