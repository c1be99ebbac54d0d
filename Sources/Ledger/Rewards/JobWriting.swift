internal import CarbonInclusion
internal import PostgresClient

/// Writes one booking of jobs inside the batch's transaction: one statement a table, rows in the order of their keys.
struct JobWriting {
  let booking: JobBooking
  let now: Instant

  func write(_ connection: inout PostgresConnection) throws {
    var statements: [(sql: String, parameters: PostgresParameters)] = []
    if !booking.accounts.isEmpty { statements.append(accounts()) }
    if !booking.entries.isEmpty { statements.append(entries()) }
    if !booking.newRedemptions.isEmpty { statements.append(newRedemptions()) }
    if booking.redemptions.count > booking.newRedemptions.count { statements.append(changedRedemptions()) }
    if !booking.newAdjustments.isEmpty { statements.append(newAdjustments()) }
    if booking.adjustments.count > booking.newAdjustments.count { statements.append(changedAdjustments()) }
    if !booking.stocks.isEmpty { statements.append(stocks()) }
    if !booking.newCodes.isEmpty { statements.append(newCodes()) }
    if booking.redemptions.values.contains(where: { !$0.codes.isEmpty }) { statements.append(givenCodes()) }
    if !booking.jobs.isEmpty { statements.append(jobs()) }
    _ = try connection.pipeline(statements)
  }

  private func accounts() -> (sql: String, parameters: PostgresParameters) {
    let changes = booking.accounts.sorted { $0.key < $1.key }
    var parameters = PostgresParameters()
    parameters.append(array: changes.map(\.key.shard))
    parameters.append(array: changes.map(\.key.residentNumber))
    parameters.append(array: changes.map(\.value.available))
    parameters.append(array: changes.map(\.value.held))
    parameters.append(array: changes.map(\.value.debt))
    PackedLots.append(changes.map(\.value.lots), to: &parameters)
    return (
      """
      UPDATE puhui.account a SET lots = ($8::bigint[])[c.low:c.high], points_available = c.available,
        points_held = c.held, points_debt = c.debt
      FROM (SELECT u.* FROM unnest($1::smallint[], $2::int[], $3::bigint[], $4::bigint[], $5::bigint[], $6::int[],
        $7::int[]) u(shard, resident_no, available, held, debt, low, high) OFFSET 0) c
      WHERE a.shard = c.shard AND a.resident_no = c.resident_no
      """, parameters
    )
  }

  private func entries() -> (sql: String, parameters: PostgresParameters) {
    Self.insert(booking.entries, bookedAt: now)
  }

  static func insert(_ entries: [AccountEntry], bookedAt now: Instant) -> (sql: String, parameters: PostgresParameters)
  {
    var parameters = PostgresParameters()
    parameters.append(array: entries.map(\.account.shard))
    parameters.append(array: entries.map(\.account.residentNumber))
    parameters.append(array: entries.map(\.kind.rawValue))
    parameters.append(array: entries.map(\.points))
    parameters.append(array: entries.map(\.held))
    parameters.append(array: entries.map(\.jobID))
    parameters.append(array: entries.map(\.bookedBy))
    parameters.append(array: entries.map(\.reason))
    PackedLots.append(entries.map(\.lots), to: &parameters)
    parameters.append(timestamp: now.microseconds)
    return (
      """
      INSERT INTO puhui.account_entry (shard, resident_no, kind, points, held, job_id, booked_by, reason, lots,
        booked_at)
      SELECT u.shard, u.resident_no, u.kind, u.points, u.held, u.job_id, u.booked_by, u.reason,
        ($11::bigint[])[u.low:u.high], $12
      FROM unnest($1::smallint[], $2::int[], $3::smallint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
        $8::text[], $9::int[], $10::int[]) WITH ORDINALITY
        u(shard, resident_no, kind, points, held, job_id, booked_by, reason, low, high, place)
      ORDER BY u.place
      """, parameters
    )
  }

  private func newRedemptions() -> (sql: String, parameters: PostgresParameters) {
    let new = booking.redemptions.values.filter { booking.newRedemptions.contains($0.id) }.sorted { $0.id < $1.id }
    var parameters = settling(new)
    parameters.append(array: new.map(\.account.shard))
    parameters.append(array: new.map(\.account.residentNumber))
    parameters.append(array: new.map(\.reward))
    parameters.append(array: new.map(\.quantity))
    parameters.append(array: new.map(\.points))
    parameters.append(array: new.map(\.administrator))
    parameters.append(array: new.map(\.partner))
    PackedLots.append(new.map(\.lots), to: &parameters)
    parameters.append(timestamp: now.microseconds)
    return (
      """
      INSERT INTO puhui.redemption (job_id, status, deadline, settled_at, approved_by, reason, shard, resident_no,
        reward, quantity, points, administrator, partner, lots, created_at)
      SELECT u.job_id, u.status, u.deadline, u.settled_at, u.approved_by, u.reason, u.shard, u.resident_no, u.reward,
        u.quantity, u.points, u.administrator, u.partner, ($16::bigint[])[u.low:u.high], $17
      FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::text[], $7::smallint[],
        $8::int[], $9::text[], $10::bigint[], $11::bigint[], $12::text[], $13::text[], $14::int[], $15::int[])
        u(job_id, status, deadline, settled_at, approved_by, reason, shard, resident_no, reward, quantity, points,
          administrator, partner, low, high)
      """, parameters
    )
  }

  private func changedRedemptions() -> (sql: String, parameters: PostgresParameters) {
    let changed = booking.redemptions.values.filter { !booking.newRedemptions.contains($0.id) }.sorted { $0.id < $1.id }
    return (
      """
      UPDATE puhui.redemption r SET status = u.status, deadline = u.deadline, settled_at = u.settled_at,
        approved_by = u.approved_by, reason = u.reason
      FROM (SELECT u.* FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::text[])
        u(job_id, status, deadline, settled_at, approved_by, reason) OFFSET 0) u
      WHERE r.job_id = u.job_id
      """, settling(changed)
    )
  }

  private func settling(_ redemptions: [Redemption]) -> PostgresParameters {
    var parameters = PostgresParameters()
    parameters.append(array: redemptions.map(\.id))
    parameters.append(array: redemptions.map(\.status.rawValue))
    parameters.append(timestamps: redemptions.map { $0.deadline?.microseconds })
    parameters.append(timestamps: redemptions.map { $0.settledAt?.microseconds })
    parameters.append(array: redemptions.map(\.approvedBy))
    parameters.append(array: redemptions.map(\.reason))
    return parameters
  }

  private func newAdjustments() -> (sql: String, parameters: PostgresParameters) {
    let new = booking.adjustments.values.filter { booking.newAdjustments.contains($0.id) }.sorted { $0.id < $1.id }
    var parameters = settling(new)
    parameters.append(array: new.map(\.account.shard))
    parameters.append(array: new.map(\.account.residentNumber))
    parameters.append(array: new.map(\.points))
    parameters.append(array: new.map(\.administrator))
    parameters.append(array: new.map(\.reason))
    parameters.append(timestamp: now.microseconds)
    return (
      """
      INSERT INTO puhui.adjustment (job_id, status, deadline, settled_at, approved_by, shard, resident_no, points,
        administrator, reason, created_at)
      SELECT u.*, $11 FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::text[],
        $6::smallint[], $7::int[], $8::bigint[], $9::text[], $10::text[]) u
      """, parameters
    )
  }

  private func changedAdjustments() -> (sql: String, parameters: PostgresParameters) {
    let changed = booking.adjustments.values.filter { !booking.newAdjustments.contains($0.id) }.sorted { $0.id < $1.id }
    return (
      """
      UPDATE puhui.adjustment d SET status = u.status, deadline = u.deadline, settled_at = u.settled_at,
        approved_by = u.approved_by
      FROM (SELECT u.* FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::text[])
        u(job_id, status, deadline, settled_at, approved_by) OFFSET 0) u
      WHERE d.job_id = u.job_id
      """, settling(changed)
    )
  }

  private func settling(_ adjustments: [Adjustment]) -> PostgresParameters {
    var parameters = PostgresParameters()
    parameters.append(array: adjustments.map(\.id))
    parameters.append(array: adjustments.map(\.status.rawValue))
    parameters.append(timestamps: adjustments.map { $0.deadline?.microseconds })
    parameters.append(timestamps: adjustments.map { $0.settledAt?.microseconds })
    parameters.append(array: adjustments.map(\.approvedBy))
    return parameters
  }

  private func stocks() -> (sql: String, parameters: PostgresParameters) {
    let stocks = booking.stocks.sorted { $0.key < $1.key }
    var parameters = PostgresParameters()
    parameters.append(array: stocks.map(\.key))
    parameters.append(array: stocks.map(\.value.stocked))
    parameters.append(array: stocks.map(\.value.available))
    parameters.append(array: stocks.map(\.value.held))
    parameters.append(array: stocks.map(\.value.captured))
    parameters.append(array: stocks.map(\.value.pointsHeld))
    parameters.append(array: stocks.map(\.value.pointsCaptured))
    return (
      """
      UPDATE puhui.reward_stock s SET stocked = c.stocked, available = c.available, held = c.held,
        captured = c.captured, points_held = c.points_held, points_captured = c.points_captured
      FROM (SELECT u.* FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
        $7::bigint[]) u(reward, stocked, available, held, captured, points_held, points_captured) OFFSET 0) c
      WHERE s.reward = c.reward
      """, parameters
    )
  }

  private func newCodes() -> (sql: String, parameters: PostgresParameters) {
    var parameters = PostgresParameters()
    parameters.append(array: booking.newCodes.map(\.reward))
    parameters.append(array: booking.newCodes.map(\.code))
    return (
      """
      INSERT INTO puhui.reward_code (reward, code)
      SELECT u.reward, u.code FROM unnest($1::text[], $2::text[]) WITH ORDINALITY u(reward, code, place)
      ORDER BY u.place
      """, parameters
    )
  }

  private func givenCodes() -> (sql: String, parameters: PostgresParameters) {
    let given = booking.redemptions.values.flatMap { redemption in redemption.codes.map { (redemption, $0) } }
    var parameters = PostgresParameters()
    parameters.append(array: given.map(\.0.reward))
    parameters.append(array: given.map(\.1))
    parameters.append(array: given.map(\.0.id))
    return (
      """
      UPDATE puhui.reward_code c SET job_id = u.job_id
      FROM (SELECT u.* FROM unnest($1::text[], $2::text[], $3::text[]) u(reward, code, job_id) OFFSET 0) u
      WHERE c.reward = u.reward AND c.code = u.code
      """, parameters
    )
  }

  /// In the order of ids, so that two lanes with the same jobs wait for one another, and not in a circle.
  private func jobs() -> (sql: String, parameters: PostgresParameters) {
    let jobs = booking.jobs.sorted { $0.job.id < $1.job.id }
    var parameters = PostgresParameters()
    parameters.append(array: jobs.map(\.job.id))
    parameters.append(uuids: jobs.map { ($0.job.content.high, $0.job.content.low) })
    parameters.append(array: jobs.map(\.account?.shard))
    parameters.append(array: jobs.map(\.account?.residentNumber))
    parameters.append(array: jobs.map(\.job.speaker.code))
    parameters.append(array: jobs.map(\.job.operation.name))
    parameters.append(array: jobs.map(\.answer))
    parameters.append(timestamp: now.microseconds)
    return (
      """
      INSERT INTO puhui.job (job_id, content, shard, resident_no, speaker, op, answer, received_at, answered_at)
      SELECT u.*, $8, CASE WHEN u.answer IS NOT NULL THEN $8 END
      FROM unnest($1::text[], $2::uuid[], $3::smallint[], $4::int[], $5::text[], $6::text[], $7::text[])
        u(job_id, content, shard, resident_no, speaker, op, answer)
      """, parameters
    )
  }
}
