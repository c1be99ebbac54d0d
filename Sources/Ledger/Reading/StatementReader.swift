package import CarbonInclusion
package import PostgresClient

/// A resident's personal carbon ledger, as one snapshot.
package struct Statement: Sendable {
  package struct Account: Sendable {
    package var actions: Int64
    package var reductionMilligrams: Int64
    package var pointsAvailable: Int64
    package var pointsHeld: Int64
    package var pointsDebt: Int64
    package var title: String?
    package var titleName: String?
  }

  /// What was booked. Running totals count from the resident's first entry.
  package struct Line: Sendable {
    package var entryID: Int64
    package var kind: String
    package var reason: String?
    /// What the activity was; `nil` for what comes from none.
    package var activity: Activity?
    package var reductionMilligrams: Int64
    /// What it did to the points available, less the debt.
    package var points: Int64
    /// What it did to the points that redemptions hold.
    package var pointsHeld: Int64
    /// The job that it was booked for.
    package var jobID: String?
    /// Of a change of title, the new one; `nil` is the lowest.
    package var title: String?
    package var runningMilligrams: Int64
    package var runningPoints: Int64
    package var occurredAt: Instant
    package var bookedAt: Instant
  }

  /// The activity behind a line.
  package struct Activity: Sendable {
    package var outcome: String
    package var partner: String
    package var partnerName: String
    package var id: String
    package var behaviour: String
    package var behaviourName: String
    package var quantity: Quantity
    package var creditedQuantity: Quantity
    package var unit: String
    package var factorVersion: String?
  }

  /// What was not credited, and why.
  package struct Uncredited: Sendable {
    package var partner: String
    package var activityID: String?
    package var outcome: String
    package var reason: String?
    package var detail: String?
    package var at: Instant
  }

  package var account: Account?
  package var lines: [Line]
  package var uncredited: [Uncredited]
}

package enum StatementReader {
  /// - Parameter from: the first day shown, in the programme's zone; running totals still count from the beginning.
  package static func read(
    resident: String, from: Instant?, to: Instant?, _ connection: inout PostgresConnection
  ) throws -> Statement {
    try connection.inSnapshot { connection throws in
      var parameters = PostgresParameters()
      parameters.append(resident)
      return Statement(
        account: try account(parameters, &connection), lines: try lines(parameters, from: from, to: to, &connection),
        uncredited: try uncredited(parameters, from: from, to: to, &connection))
    }
  }

  private static func account(_ resident: PostgresParameters, _ connection: inout PostgresConnection) throws
    -> Statement.Account?
  {
    let rows = try connection.query(
      """
      SELECT r.actions, r.reduction_mg, r.points_available, r.points_held, r.points_debt, r.title,
        t.name_chinese || ' ' || t.name_english
      FROM puhui.residents r LEFT JOIN puhui.title t ON t.code = r.title WHERE r.resident = $1
      """, resident)
    guard rows.count == 1 else { return nil }
    return Statement.Account(
      actions: rows.int64(0, 0), reductionMilligrams: rows.int64(0, 1), pointsAvailable: rows.int64(0, 2),
      pointsHeld: rows.int64(0, 3), pointsDebt: rows.int64(0, 4), title: rows.optionalString(0, 5),
      titleName: rows.optionalString(0, 6))
  }

  private static func lines(
    _ resident: PostgresParameters, from: Instant?, to: Instant?, _ connection: inout PostgresConnection
  ) throws -> [Statement.Line] {
    let rows = try connection.query(
      """
      SELECT l.entry_id, l.kind, l.outcome, l.reason, l.partner, p.name_chinese, l.activity_id, l.behaviour,
        b.name_chinese, (l.quantity * 1000000)::bigint, (l.credited_quantity * 1000000)::bigint, l.unit,
        l.reduction_mg, l.points, l.factor_version, l.occurred_at, l.booked_at,
        (sum(l.reduction_mg) OVER running)::bigint, (sum(l.points) OVER running)::bigint, l.points_held, l.job_id,
        l.title
      FROM puhui.ledger l
      LEFT JOIN puhui.partner p ON p.code = l.partner LEFT JOIN puhui.behaviour b ON b.code = l.behaviour
      WHERE l.resident = $1
      WINDOW running AS (ORDER BY l.booked_at, l.entry_id ROWS UNBOUNDED PRECEDING)
      ORDER BY l.booked_at, l.entry_id
      """, resident)
    return (0..<rows.count).map { line($0, of: rows) }.filter { line in
      (from.map { line.occurredAt >= $0 } ?? true) && (to.map { line.occurredAt < $0 } ?? true)
    }
  }

  private static func line(_ row: Int, of rows: borrowing PostgresRows) -> Statement.Line {
    Statement.Line(
      entryID: rows.int64(row, 0), kind: rows.string(row, 1), reason: rows.optionalString(row, 3),
      activity: rows.isNull(row, 6) ? nil : activity(row, of: rows), reductionMilligrams: rows.int64(row, 12),
      points: rows.int64(row, 13), pointsHeld: rows.int64(row, 19), jobID: rows.optionalString(row, 20),
      title: rows.optionalString(row, 21), runningMilligrams: rows.int64(row, 17), runningPoints: rows.int64(row, 18),
      occurredAt: Instant(microseconds: rows.timestamp(row, 15)),
      bookedAt: Instant(microseconds: rows.timestamp(row, 16)))
  }

  private static func activity(_ row: Int, of rows: borrowing PostgresRows) -> Statement.Activity {
    Statement.Activity(
      outcome: rows.string(row, 2), partner: rows.string(row, 4), partnerName: rows.string(row, 5),
      id: rows.string(row, 6), behaviour: rows.string(row, 7), behaviourName: rows.string(row, 8),
      quantity: Quantity(millionths: rows.int64(row, 9)), creditedQuantity: Quantity(millionths: rows.int64(row, 10)),
      unit: rows.string(row, 11), factorVersion: rows.optionalString(row, 14))
  }

  private static func uncredited(
    _ resident: PostgresParameters, from: Instant?, to: Instant?, _ connection: inout PostgresConnection
  ) throws -> [Statement.Uncredited] {
    let rows = try connection.query(
      """
      SELECT p.code, e.activity_id, puhui.outcome_code(coalesce(u.outcome, e.outcome)),
        CASE WHEN u.entry_no IS NULL THEN e.reason ELSE u.reason END,
        CASE WHEN u.entry_no IS NULL THEN e.detail ELSE u.detail END, e.occurred_at AS at
      FROM puhui.account a
      JOIN puhui.entry e ON e.shard = a.shard AND e.resident_no = a.resident_no AND e.kind = 1
      JOIN puhui.partner p ON p.partner_no = e.partner_no
      LEFT JOIN LATERAL (
        SELECT * FROM puhui.entry later
        WHERE later.shard = e.shard AND later.refers_to = e.entry_no AND later.kind = 3
        ORDER BY later.entry_no DESC LIMIT 1
      ) u ON true
      WHERE a.resident = $1 AND coalesce(u.outcome, e.outcome) IN (5, 6, 8)
      UNION ALL
      SELECT p.code, r.activity_id, puhui.outcome_code(r.outcome), r.reason, r.detail, r.received_at
      FROM puhui.standing_refusal r JOIN puhui.partner p ON p.partner_no = r.partner_no WHERE r.resident = $1
      ORDER BY at
      """, resident)
    return (0..<rows.count).map { row in
      Statement.Uncredited(
        partner: rows.string(row, 0), activityID: rows.optionalString(row, 1), outcome: rows.string(row, 2),
        reason: rows.optionalString(row, 3), detail: rows.optionalString(row, 4),
        at: Instant(microseconds: rows.timestamp(row, 5)))
    }.filter { item in (from.map { item.at >= $0 } ?? true) && (to.map { item.at < $0 } ?? true) }
  }
}
