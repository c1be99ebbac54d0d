import CarbonInclusion
import Foundation
import PostgresClient
import RewardsModel

extension RewardsAnswer {
  /// What the fold answered.
  init(_ answer: JobBooking.Answer) throws {
    guard case .reply(let text) = answer,
      let reply = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    else { throw TrialFailure("no reply: \(answer)") }
    if let error = reply["error"] as? [String: Any] {
      self = .refused(error["code"] as? String ?? "")
      return
    }
    var fields: [String: RewardsAnswer.Value] = [:]
    for name in Self.fields {
      switch reply[name] {
      case let list as [String]: fields[name] = .list(list)
      case let text as String: fields[name] = .text(text)
      case let number as NSNumber: fields[name] = .integer(number.int64Value)
      default: break
      }
    }
    self = .done(fields)
  }
}

extension RewardsState {
  /// Everything that stands in the tables.
  init(reading connection: inout PostgresConnection) throws {
    self.init()
    try readResidents(&connection)
    try readShelves(&connection)
    try readRedemptions(&connection)
    try readAdjustments(&connection)
  }

  private mutating func readResidents(_ connection: inout PostgresConnection) throws {
    let rows = try connection.query(
      """
      SELECT r.resident, a.lots::text, r.points_held, r.points_debt, r.actions, r.reduction_mg, r.title,
        (SELECT coalesce(-sum(e.points), 0)::bigint FROM puhui.account_entry e
          WHERE e.shard = a.shard AND e.resident_no = a.resident_no AND e.kind = 4), r.points_available
      FROM puhui.residents r JOIN puhui.account a USING (resident)
      """)
    for row in 0..<rows.count {
      var resident = Resident()
      resident.lots = Self.lots(rows.string(row, 1))
      resident.held = rows.int64(row, 2)
      resident.debt = rows.int64(row, 3)
      resident.actions = rows.int64(row, 4)
      resident.reductionMilligrams = rows.int64(row, 5)
      resident.title = rows.optionalString(row, 6) ?? ""
      resident.expired = rows.int64(row, 7)
      guard resident.available == rows.int64(row, 8) else {
        throw TrialFailure("\(rows.string(row, 0)) has \(rows.int64(row, 8)) available, in lots \(resident.lots)")
      }
      residents[rows.string(row, 0)] = resident
    }
  }

  private mutating func readShelves(_ connection: inout PostgresConnection) throws {
    let rows = try connection.query(
      "SELECT reward, stocked, available, held, captured, points_held, points_captured FROM puhui.reward_stock")
    for row in 0..<rows.count {
      var shelf = Shelf()
      shelf.stocked = rows.int64(row, 1)
      shelf.available = rows.int64(row, 2)
      shelf.held = rows.int64(row, 3)
      shelf.captured = rows.int64(row, 4)
      shelf.pointsHeld = rows.int64(row, 5)
      shelf.pointsCaptured = rows.int64(row, 6)
      rewards[rows.string(row, 0)] = shelf
    }
    let codes = try connection.query(
      "SELECT reward, code FROM puhui.reward_code WHERE job_id IS NULL ORDER BY reward, code_no")
    for row in 0..<codes.count { rewards[codes.string(row, 0)]?.freeCodes.append(codes.string(row, 1)) }
  }

  private mutating func readRedemptions(_ connection: inout PostgresConnection) throws {
    let rows = try connection.query(
      """
      SELECT r.job_id, a.resident, r.reward, r.quantity, r.points, r.lots::text, r.status, r.administrator, r.created_at,
        r.deadline, r.settled_at, r.approved_by, r.reason
      FROM puhui.redemption r JOIN puhui.account a USING (shard, resident_no)
      """)
    for row in 0..<rows.count {
      var redemption = Redemption(
        resident: rows.string(row, 1), reward: rows.string(row, 2), quantity: rows.int64(row, 3),
        points: rows.int64(row, 4), lots: Self.lots(rows.string(row, 5)),
        status: Redemption.Status(rawValue: rows.string(row, 6)) ?? .held, administrator: rows.string(row, 7),
        createdAt: Instant(microseconds: rows.timestamp(row, 8)))
      redemption.deadline = rows.optionalTimestamp(row, 9).map { Instant(microseconds: $0) }
      redemption.settledAt = rows.optionalTimestamp(row, 10).map { Instant(microseconds: $0) }
      redemption.approvedBy = rows.optionalString(row, 11)
      redemption.reason = rows.optionalString(row, 12)
      redemptions[rows.string(row, 0)] = redemption
    }
    let codes = try connection.query(
      "SELECT job_id, code FROM puhui.reward_code WHERE job_id IS NOT NULL ORDER BY code_no")
    for row in 0..<codes.count { redemptions[codes.string(row, 0)]?.codes.append(codes.string(row, 1)) }
  }

  private mutating func readAdjustments(_ connection: inout PostgresConnection) throws {
    let rows = try connection.query(
      """
      SELECT d.job_id, a.resident, d.points, d.status, d.reason, d.administrator, d.approved_by, d.deadline
      FROM puhui.adjustment d JOIN puhui.account a USING (shard, resident_no)
      """)
    for row in 0..<rows.count {
      var adjustment = Adjustment(
        resident: rows.string(row, 1), points: rows.int64(row, 2),
        status: Adjustment.Status(rawValue: rows.string(row, 3)) ?? .expired, reason: rows.string(row, 4),
        administrator: rows.string(row, 5))
      adjustment.approvedBy = rows.optionalString(row, 6)
      adjustment.deadline = rows.optionalTimestamp(row, 7).map { Instant(microseconds: $0) }
      adjustments[rows.string(row, 0)] = adjustment
    }
  }

  private static func lots(_ text: String) -> [Lot] {
    text.dropFirst().dropLast().split(separator: ",").compactMap { Int64($0) }.map { packed in
      Lot(expiresOn: Day(number: Int32(packed >> 40)), points: packed & ((1 << 40) - 1))
    }
  }
}
