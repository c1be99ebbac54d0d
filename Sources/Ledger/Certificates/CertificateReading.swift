internal import CarbonInclusion
internal import PostgresClient

/// Reads what can be certified of one resident.
struct CertificateReading {
  let resident: String
  let utcOffsetSeconds: Int

  func read(_ connection: inout PostgresConnection) throws -> CertificateFacts {
    var parameters = PostgresParameters()
    parameters.append(resident)
    let account = try connection.query(
      """
      SELECT a.shard, a.resident_no, r.actions, r.reduction_mg, r.first_action_at, r.last_action_at, t.name_chinese,
        t.name_english, now()
      FROM puhui.account a
      JOIN puhui.residents r ON r.resident = a.resident
      LEFT JOIN puhui.title t ON t.code = r.title
      WHERE a.resident = $1 LIMIT 1
      """, parameters)
    guard account.count == 1 else {
      throw JobError(.unknownResident, "nothing was ever booked for resident \"\(resident)\"")
    }
    guard let first = account.optionalTimestamp(0, 4), let last = account.optionalTimestamp(0, 5) else {
      throw JobError(
        .unknownResident, "resident \"\(resident)\" has no activity that counts: there is nothing to certify yet")
    }
    let key = AccountKey(shard: account.int16(0, 0), residentNumber: account.int32(0, 1))
    let facts = CertificateFacts(
      account: key, resident: resident,
      title: account.optionalString(0, 6).map { .init(chinese: $0, english: account.string(0, 7)) },
      reductionMilligrams: account.int64(0, 3), actions: account.int64(0, 2),
      categories: try categories(key, &connection), from: day(first), to: day(last), today: day(account.timestamp(0, 8))
    )
    try check(facts)
    return facts
  }

  /// What the ledger adds up to, reversals taken off.
  private func categories(
    _ key: AccountKey, _ connection: inout PostgresConnection
  ) throws -> [CertificateFacts.Share] {
    var parameters = PostgresParameters()
    parameters.append(key.shard)
    parameters.append(key.residentNumber)
    let rows = try connection.query(
      """
      SELECT c.code, c.name_chinese, c.name_english, sum(s.reduction_mg)::bigint, sum(s.actions)::bigint
      FROM (
        SELECT b.category, e.reduction_mg,
          CASE WHEN e.outcome IN (1, 2) AND e.credited_quantity > 0
            AND NOT EXISTS (SELECT FROM puhui.entry r WHERE r.shard = e.shard AND r.kind = 2
              AND r.refers_to = CASE e.kind WHEN 3 THEN e.refers_to ELSE e.entry_no END) THEN 1 ELSE 0 END AS actions
        FROM puhui.entry e JOIN puhui.behaviour b ON b.behaviour_no = e.behaviour_no
        WHERE e.shard = $1 AND e.resident_no = $2 AND e.outcome IN (1, 2, 7)
      ) s
      JOIN puhui.category c ON c.code = s.category
      GROUP BY c.code
      HAVING sum(s.reduction_mg) <> 0 OR sum(s.actions) <> 0
      ORDER BY sum(s.reduction_mg) DESC, c.code
      """, parameters)
    return (0..<rows.count).map { row in
      CertificateFacts.Share(
        code: rows.string(row, 0), name: .init(chinese: rows.string(row, 1), english: rows.string(row, 2)),
        reductionMilligrams: rows.int64(row, 3), actions: rows.int64(row, 4))
    }
  }

  /// Nothing is signed that does not add up.
  private func check(_ facts: CertificateFacts) throws {
    let milligrams = facts.categories.reduce(0) { $0 + $1.reductionMilligrams }
    let actions = facts.categories.reduce(0) { $0 + $1.actions }
    guard milligrams == facts.reductionMilligrams, actions == facts.actions else {
      throw JobError(
        .internal,
        "the account of resident \"\(resident)\" says \(facts.reductionMilligrams) mg in \(facts.actions) actions, and "
          + "its entries \(milligrams) mg in \(actions): run `puhui audit`")
    }
  }

  private func day(_ microseconds: Int64) -> Day {
    Day(containing: Instant(microseconds: microseconds), utcOffsetSeconds: utcOffsetSeconds)
  }
}
