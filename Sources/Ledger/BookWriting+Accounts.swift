internal import CarbonInclusion
internal import PostgresClient

/// Accounts that were there before the batch.
extension BookWriting {
  /// What is written of the accounts, and how many rows each statement has to find.
  ///
  /// Locks are taken by rising number, as everybody takes them, and the last statement waits for none.
  func accountStatements() -> [(statement: (sql: String, parameters: PostgresParameters), rows: Int)] {
    let gathered = gathered { booking in
      booking.accounts.filter { !$0.isNew }.sorted { $0.residentNumber < $1.residentNumber }
    }
    var statements: [(statement: (sql: String, parameters: PostgresParameters), rows: Int)] = []
    if !gathered.isEmpty { statements.append((update(gathered), gathered.elements.count)) }
    let unchanged = unchangedVersions()
    if !unchanged.isEmpty { statements.append((Self.hold(unchanged), unchanged.count)) }
    return statements
  }

  /// The points absolutely: it is the version that the batch has read. What is held is not scoring's.
  private func update(_ gathered: Gathered<AccountChange>) -> (sql: String, parameters: PostgresParameters) {
    let changes = gathered.elements
    var parameters = PostgresParameters()
    parameters.append(array: changes.map(\.actions))
    parameters.append(array: changes.map(\.reductionMilligrams))
    parameters.append(array: changes.map(\.nanopoints))
    parameters.append(timestamps: changes.map(\.latestAt.microseconds))
    parameters.append(array: changes.map(\.purse.available))
    parameters.append(array: changes.map(\.purse.debt))
    PackedLots.append(changes.map(\.purse.lots), to: &parameters)
    parameters.append(array: changes.map(\.title))
    let (keys, condition): (String, String)
    if let versions {
      parameters.append(
        versions: zip(gathered.parts, changes).map { part, change in
          guard let version = versions[part][change.residentNumber] else {
            preconditionFailure("a change of an account that was not read")
          }
          return version
        })
      (keys, condition) = ("$11::tid[], $12::xid[]", "a.ctid = c.key1 AND a.xmin = c.key2")
    } else {
      parameters.append(array: gathered.shards)
      parameters.append(array: changes.map(\.residentNumber))
      (keys, condition) = ("$11::smallint[], $12::int[]", "a.shard = c.key1 AND a.resident_no = c.key2")
    }
    return (
      """
      UPDATE puhui.account a SET actions = a.actions + c.actions, reduction_mg = a.reduction_mg + c.reduction_mg,
        nanopoints = a.nanopoints + c.nanopoints, latest_at = greatest(a.latest_at, c.latest_at),
        points_available = c.available, points_debt = c.debt, lots = ($9::bigint[])[c.low:c.high], title = c.title,
        reserve = NULL
      FROM (SELECT u.* FROM
        unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::bigint[], $6::bigint[], $7::int[],
          $8::int[], $10::text[], \(keys))
        u(actions, reduction_mg, nanopoints, latest_at, available, debt, low, high, title, key1, key2)
        OFFSET 0) c
      WHERE \(condition)
      """, parameters
    )
  }

  /// Of accounts that were read to be changed, and are not: what was refused names the resident, who must not have been
  /// erased meanwhile.
  private func unchangedVersions() -> [RowVersion] {
    guard let versions else { return [] }
    return zip(parts, versions).flatMap { part, read -> [RowVersion] in
      var left = read
      for account in part.booking.accounts { left[account.residentNumber] = nil }
      return Array(left.values)
    }
  }

  private static func hold(_ versions: [RowVersion]) -> (sql: String, parameters: PostgresParameters) {
    var parameters = PostgresParameters()
    parameters.append(versions: versions)
    return (
      """
      SELECT FROM (SELECT u.* FROM unnest($1::tid[], $2::xid[]) u(place, writer) OFFSET 0) v
      JOIN puhui.account a ON a.ctid = v.place AND a.xmin = v.writer
      FOR KEY SHARE OF a SKIP LOCKED
      """, parameters
    )
  }
}
