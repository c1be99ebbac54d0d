package import CarbonInclusion
internal import PostgresClient

/// What has to be done beside the jobs: time-outs, and what a lane committed and did not live to hand on.
extension RewardsBooks {
  /// A fulfilment as the partner gets it.
  package struct Fulfilment: Sendable, Equatable {
    package var redemption: String
    package var resident: String
    package var reward: String
    package var partner: String
    package var quantity: Int64
    package var deadline: Instant
  }

  /// Redemptions and adjustments whose time is up; at most so many of each.
  ///
  /// - Parameter now: another clock than the database's, for tests.
  package func overdue(now: Instant? = nil, limit: Int64) throws -> [String] {
    var parameters = PostgresParameters()
    parameters.append(timestamp: now?.microseconds)
    parameters.append(limit)
    let rows = try connection.query(
      """
      SELECT o.job_id FROM (
        (SELECT job_id, deadline FROM puhui.redemption WHERE deadline < coalesce($1, now())
          ORDER BY deadline, job_id LIMIT $2)
        UNION ALL
        (SELECT job_id, deadline FROM puhui.adjustment WHERE deadline < coalesce($1, now())
          ORDER BY deadline, job_id LIMIT $2)) o
      ORDER BY o.deadline, o.job_id
      """, parameters)
    return (0..<rows.count).map { rows.string($0, 0) }
  }

  /// Fulfilments that were committed a while ago, and are not known to have reached their partners.
  package func leftFulfilments(limit: Int64) throws -> [Fulfilment] {
    var parameters = PostgresParameters()
    parameters.append(limit)
    let rows = try connection.query(
      """
      SELECT r.job_id, a.resident, r.reward, r.partner, r.quantity, r.deadline
      FROM puhui.redemption r JOIN puhui.account a USING (shard, resident_no)
      WHERE r.status = 'held' AND r.partner IS NOT NULL AND r.created_at < now() - interval '5 seconds' LIMIT $1
      """, parameters)
    return (0..<rows.count).map { row in
      Fulfilment(
        redemption: rows.string(row, 0), resident: rows.string(row, 1), reward: rows.string(row, 2),
        partner: rows.string(row, 3), quantity: rows.int64(row, 4),
        deadline: Instant(microseconds: rows.timestamp(row, 5)))
    }
  }

  /// The partners' lists have them.
  package func markHandedOver(_ redemptions: [String]) throws {
    try mark(
      redemptions, "UPDATE puhui.redemption SET status = 'fulfilling' WHERE job_id = ANY($1) AND status = 'held'")
  }

  /// Reviews that were committed a while ago, and are neither decided nor known to have reached their shard.
  package func leftReviews(limit: Int64) throws -> [ReviewRequest] {
    var parameters = PostgresParameters()
    parameters.append(limit)
    let rows = try connection.query(
      """
      SELECT r.job_id, r.shard, a.resident, p.code, r.activity_id, r.decision, r.administrator, r.reason
      FROM puhui.review r JOIN puhui.account a USING (shard, resident_no) JOIN puhui.partner p USING (partner_no)
      WHERE r.outcome IS NULL AND coalesce(r.forwarded_at, r.requested_at) < now() - CASE WHEN r.forwarded_at IS NULL
        THEN interval '5 seconds' ELSE interval '10 minutes' END
      LIMIT $1
      """, parameters)
    return (0..<rows.count).map { row in
      ReviewRequest(
        jobID: rows.string(row, 0), shard: rows.int16(row, 1), resident: rows.string(row, 2),
        partner: rows.string(row, 3), activityID: rows.string(row, 4),
        decision: Job.Decision(rawValue: rows.string(row, 5)) ?? .refuse, administrator: rows.string(row, 6),
        reason: rows.string(row, 7))
    }
  }

  /// The shards' lists have them. Should a block be lost all the same, it is sent again after a while: deciding twice
  /// is deciding once.
  package func markForwarded(_ jobs: [String]) throws {
    try mark(jobs, "UPDATE puhui.review SET forwarded_at = now() WHERE job_id = ANY($1)")
  }

  /// Reviews that scoring has decided, and whose jobs are not answered yet.
  package func decidedReviews(limit: Int64) throws -> [(jobID: String, outcome: Outcome)] {
    var parameters = PostgresParameters()
    parameters.append(limit)
    let rows = try connection.query(
      """
      SELECT j.job_id, r.outcome FROM puhui.job j JOIN puhui.review r USING (job_id)
      WHERE j.answer IS NULL AND r.outcome IS NOT NULL LIMIT $1
      """, parameters)
    return (0..<rows.count).map { (rows.string($0, 0), Outcome(rawValue: rows.int16($0, 1)) ?? .held) }
  }

  /// Whether any job still waits for something.
  package func hasPending() throws -> Bool {
    try connection.query("SELECT EXISTS (SELECT FROM puhui.job WHERE answer IS NULL)").bool(0, 0)
  }

  package func remember(_ answers: [(jobID: String, text: String)]) throws {
    var parameters = PostgresParameters()
    parameters.append(array: answers.map(\.jobID))
    parameters.append(array: answers.map(\.text))
    _ = try connection.query(
      """
      UPDATE puhui.job j SET answer = u.answer, answered_at = now()
      FROM (SELECT u.* FROM unnest($1::text[], $2::text[]) u(job_id, answer) OFFSET 0) u
      WHERE j.job_id = u.job_id AND j.answer IS NULL
      """, parameters)
  }

  /// Expires one page of what ended before today; see `PointsExpiry`.
  package func expirePage(_ programme: Catalogue.Programme, shards: Int16, pageSize: Int64) throws
    -> PointsExpiry.Progress
  {
    try PointsExpiry.page(
      utcOffsetSeconds: programme.utcOffsetSeconds, shards: shards, pageSize: pageSize, &connection)
  }

  private func mark(_ ids: [String], _ sql: String) throws {
    guard !ids.isEmpty else { return }
    var parameters = PostgresParameters()
    parameters.append(array: ids.sorted())
    _ = try connection.query(sql, parameters)
  }
}
