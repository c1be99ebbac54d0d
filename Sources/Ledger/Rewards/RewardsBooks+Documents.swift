package import CarbonInclusion
internal import PostgresClient

/// A held activity that an administrator has decided about, on its way to the shard's scoring lane.
package struct ReviewRequest: Sendable, Equatable {
  package var jobID: String
  package var shard: Int16
  package var resident: String
  package var partner: String
  package var activityID: String
  package var decision: Job.Decision
  package var administrator: String
  package var reason: String
}

/// Jobs that read or change more than accounts. Each is alone in its batch, whose transaction is open.
extension RewardsBooks {
  /// The most entries of one statement; a narrower span shows the others.
  static let mostEntries: Int64 = 10_000

  /// What was booked for a resident, and what was not credited and why.
  package func statement(resident: String, from: Day?, to: Day?, zone: String) throws -> [JobReply.Field] {
    try useZone(zone)
    var parameters = PostgresParameters()
    parameters.append(resident)
    parameters.append(date: from?.number)
    parameters.append(date: to?.number)
    parameters.append(Self.mostEntries)
    let rows = try connection.pipeline([
      (
        """
        SELECT replace(coalesce(json_agg(l ORDER BY l.booked_at, l.entry_id), '[]')::text, E'\\n', '') FROM (
          SELECT * FROM puhui.ledger l WHERE l.resident = $1
            AND ($2::date IS NULL OR l.occurred_at >= $2::date) AND ($3::date IS NULL OR l.occurred_at < $3::date + 1)
          ORDER BY l.booked_at, l.entry_id LIMIT $4) l
        """, parameters
      ),
      (
        """
        SELECT replace(coalesce(json_agg(o ORDER BY o.recorded_at, o.activity_id), '[]')::text, E'\\n', '') FROM (
          SELECT * FROM puhui.outcomes o WHERE o.resident = $1 AND o.outcome NOT IN ('credited', 'reversal')
            AND ($2::date IS NULL OR o.recorded_at >= $2::date) AND ($3::date IS NULL OR o.recorded_at < $3::date + 1)
          ORDER BY o.recorded_at LIMIT $4) o
        """, parameters
      ),
    ])
    return [
      .init("resident", .text(resident)), .init("entries", .document(rows[0].string(0, 0))),
      .init("not_credited", .document(rows[1].string(0, 0))),
    ]
  }

  /// Everything that is kept of a resident.
  package func export(resident: String, zone: String) throws -> [JobReply.Field] {
    try useZone(zone)
    var parameters = PostgresParameters()
    parameters.append(resident)
    let rows = try connection.query(
      """
      SELECT replace(json_build_object(
        'resident', $1::text, 'exported_at', now(),
        'account', (SELECT row_to_json(r) FROM puhui.residents r WHERE r.resident = $1),
        'points', (SELECT coalesce(json_agg(json_build_object('expires_on', p.expires_on, 'points', p.points)
          ORDER BY p.expires_on), '[]') FROM puhui.expiring_points p WHERE p.resident = $1),
        'entries', (SELECT coalesce(json_agg(l ORDER BY l.booked_at, l.entry_id), '[]')
          FROM puhui.ledger l WHERE l.resident = $1),
        'outcomes', (SELECT coalesce(json_agg(o ORDER BY o.recorded_at, o.activity_id), '[]')
          FROM puhui.outcomes o WHERE o.resident = $1),
        'rejected', (SELECT coalesce(json_agg(r ORDER BY r.received_at, r.activity_id), '[]')
          FROM puhui.rejections r WHERE r.resident = $1),
        'redemptions', (SELECT coalesce(json_agg(json_build_object('redemption', r, 'codes',
            (SELECT coalesce(json_agg(c.code ORDER BY c.code_no), '[]') FROM puhui.reward_code c
              WHERE c.job_id = r.job_id))
          ORDER BY r.created_at), '[]') FROM puhui.redemptions r WHERE r.resident = $1),
        'certificates', (SELECT coalesce(json_agg(c ORDER BY c.serial), '[]')
          FROM puhui.certificates c WHERE c.resident = $1),
        'jobs', (SELECT coalesce(json_agg(json_build_object('id', j.job_id, 'op', j.op, 'received_at', j.received_at)
          ORDER BY j.received_at), '[]') FROM puhui.job j JOIN puhui.account a USING (shard, resident_no)
          WHERE a.resident = $1))::text, E'\\n', '')
      """, parameters)
    return [.init("data", .document(rows.string(0, 0)))]
  }

  /// Destroys the link between a person and what is kept. The entries stay, under a name that says nothing; whatever
  /// comes later for this resident is refused.
  ///
  /// - Parameter alias: the name that the account has from now on.
  package func erase(resident: String, account: AccountKey?, alias: String) throws -> [JobReply.Field] {
    if let account { try requireNothingOpen(account) }
    _ = try Secrets.tombstoneKey(&connection)
    var parameters = PostgresParameters()
    parameters.append(resident)
    try forgetRefusals(parameters)
    var renamed = parameters
    renamed.append(alias)
    renamed.append(account?.shard)
    renamed.append(account?.residentNumber)
    _ = try connection.pipeline([
      (
        """
        INSERT INTO puhui.tombstone (mark, erased_at) VALUES (puhui.tombstone_mark($1), now()) ON CONFLICT DO NOTHING
        """, parameters
      ),
      ("UPDATE puhui.account SET resident = $2 WHERE shard = $3 AND resident_no = $4 AND resident = $1", renamed),
      (
        // What jobs about the resident were answered. They are still known, so that none is carried out again.
        """
        UPDATE puhui.job SET answer = json_build_object('id', job_id, 'op', op, 'ok', false, 'error',
          json_build_object('code', 'resident_erased', 'message', 'the resident was erased'))::text
        WHERE shard = $3 AND resident_no = $4 AND $1 <> $2
        """, renamed
      ),
    ])
    if let account { try CertificateStore.forget(account, &connection) }
    return [.init("status", .text("erased"))]
  }

  private func forgetRefusals(_ resident: PostgresParameters) throws {
    _ = try connection.pipeline([
      (
        """
        DELETE FROM puhui.refusal_payload y USING puhui.refusal r
        WHERE r.resident = $1 AND y.shard = r.shard AND y.partner_no = r.partner_no AND y.incarnation = r.incarnation
          AND y.position = r.position AND y.content = r.content
        """, resident
      ),
      ("UPDATE puhui.refusal SET resident = NULL WHERE resident = $1", resident),
      ("UPDATE puhui.dead_letter SET resident = NULL WHERE resident = $1", resident),
    ])
  }

  private func requireNothingOpen(_ account: AccountKey) throws {
    var parameters = PostgresParameters()
    parameters.append(account.shard)
    parameters.append(account.residentNumber)
    let rows = try connection.query(
      """
      SELECT job_id FROM puhui.redemption WHERE shard = $1 AND resident_no = $2
        AND status IN ('awaiting_approval', 'held', 'fulfilling') ORDER BY created_at LIMIT 1
      """, parameters)
    guard rows.count > 0 else { return }
    throw JobError(
      .notPending, "redemption \"\(rows.string(0, 0))\" is still open: cancel it, or wait until it is settled")
  }

  /// Notes that a held activity is to be decided about.
  ///
  /// - Throws: `JobError` where there is no such activity, or nothing to decide.
  package func request(
    _ job: Job, partner: String, activity: String, decision: Job.Decision, reason: String, now: Instant
  ) throws -> ReviewRequest {
    let held = try heldActivity(partner: partner, id: activity)
    var parameters = PostgresParameters()
    parameters.append(job.id)
    parameters.append(held.entryNumber)
    parameters.append(timestamp: now.microseconds)
    parameters.append(held.account.residentNumber)
    parameters.append(held.account.shard)
    parameters.append(held.partnerNumber)
    parameters.append(activity)
    parameters.append(decision.rawValue)
    parameters.append(job.speaker.code)
    parameters.append(reason)
    _ = try connection.query(
      """
      INSERT INTO puhui.review (job_id, entry_no, requested_at, resident_no, shard, partner_no, activity_id, decision,
        administrator, reason)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
      """, parameters)
    return ReviewRequest(
      jobID: job.id, shard: held.account.shard, resident: held.resident, partner: partner, activityID: activity,
      decision: decision, administrator: job.speaker.code, reason: reason)
  }

  private struct HeldActivity {
    var entryNumber: Int64
    var account: AccountKey
    var resident: String
    var partnerNumber: Int16
  }

  private func heldActivity(partner: String, id: String) throws -> HeldActivity {
    var code = PostgresParameters()
    code.append(partner)
    let partners = try connection.query("SELECT partner_no FROM puhui.partner WHERE code = $1", code)
    guard partners.count == 1 else { throw JobError(.unknownActivity, "there is no partner \"\(partner)\"") }
    let key = ActivityKey(partnerNumber: partners.int16(0, 0), id: id)
    var parameters = PostgresParameters()
    parameters.append(key.id)
    parameters.append(key.partnerNumber)
    parameters.append(KeyShard.shard(of: key))
    let rows = try connection.query(
      """
      SELECT k.entry_no, k.shard, k.resident_no, a.resident, puhui.outcome_code(coalesce(
          (SELECT u.outcome FROM puhui.entry u WHERE u.shard = k.shard AND u.refers_to = k.entry_no AND u.kind = 3
            ORDER BY u.entry_no DESC LIMIT 1), e.outcome)),
        (SELECT r.job_id FROM puhui.review r WHERE r.outcome IS NULL AND r.shard = k.shard AND r.entry_no = k.entry_no
          LIMIT 1)
      FROM puhui.activity_key k
      JOIN puhui.entry e ON e.shard = k.shard AND e.resident_no = k.resident_no AND e.entry_no = k.entry_no
      JOIN puhui.account a ON a.shard = k.shard AND a.resident_no = k.resident_no
      WHERE k.activity_id = $1 AND k.partner_no = $2 AND k.key_shard = $3
      """, parameters)
    guard rows.count == 1 else {
      throw JobError(.unknownActivity, "partner \"\(partner)\" has no recorded activity \"\(id)\"")
    }
    guard rows.string(0, 4) == "held" else {
      throw JobError(.notPending, "activity \"\(id)\" is \(rows.string(0, 4)): only held ones can be reviewed")
    }
    if let other = rows.optionalString(0, 5) {
      throw JobError(.notPending, "job \"\(other)\" is deciding about activity \"\(id)\" already")
    }
    return HeldActivity(
      entryNumber: rows.int64(0, 0), account: AccountKey(shard: rows.int16(0, 1), residentNumber: rows.int32(0, 2)),
      resident: rows.string(0, 3), partnerNumber: key.partnerNumber)
  }

  private func useZone(_ zone: String) throws {
    var parameters = PostgresParameters()
    parameters.append(zone)
    _ = try connection.query("SELECT set_config('TimeZone', $1, true)", parameters)
  }
}
