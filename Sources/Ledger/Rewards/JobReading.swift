internal import CarbonInclusion
internal import PostgresClient

/// What a batch of jobs reads before it is folded; accounts and stocks stay locked.
struct JobReading {
  let questions: JobQuestions
  let catalogue: Catalogue
  let now: Instant

  func answer(_ connection: inout PostgresConnection) throws -> JobAnswers {
    var answers = JobAnswers()
    let rows = try connection.pipeline([
      Self.texts(
        """
        SELECT job_id, content, answer
        FROM (SELECT u.* FROM unnest($1::text[]) u(job_id) OFFSET 0) q JOIN puhui.job USING (job_id)
        """, questions.jobs),
      Self.texts(
        """
        SELECT a.resident, a.shard, a.resident_no
        FROM (SELECT u.* FROM unnest($1::text[]) u(resident) OFFSET 0) q JOIN puhui.account a USING (resident)
        """, questions.residents),
      Self.texts(
        """
        SELECT r.shard, r.resident_no FROM (SELECT u.* FROM unnest($1::text[]) u(job_id) OFFSET 0) q
        JOIN puhui.redemption r USING (job_id)
        UNION ALL
        SELECT d.shard, d.resident_no FROM (SELECT u.* FROM unnest($1::text[]) u(job_id) OFFSET 0) q
        JOIN puhui.adjustment d USING (job_id)
        """, questions.subjects),
    ])
    for row in 0..<rows[0].count {
      let content = rows[0].uuid(row, 1)
      answers.jobs[rows[0].string(row, 0)] = .init(
        content: Digest(high: content.0, low: content.1), answer: rows[0].optionalString(row, 2))
    }
    var keys: Set<AccountKey> = []
    var asked: [String: AccountKey] = [:]
    for row in 0..<rows[1].count {
      let key = AccountKey(shard: rows[1].int16(row, 1), residentNumber: rows[1].int32(row, 2))
      asked[rows[1].string(row, 0)] = key
      keys.insert(key)
    }
    for row in 0..<rows[2].count {
      keys.insert(AccountKey(shard: rows[2].int16(row, 0), residentNumber: rows[2].int32(row, 1)))
    }
    try lockAccounts(keys.sorted(), &answers, &connection)
    // A resident who was erased while this waited has another name by now.
    answers.residents = asked.filter { answers.accounts[$0.value]?.resident == $0.key }
    try readSubjects(&answers, &connection)
    try lockStocks(&answers, &connection)
    try readDetails(&answers, &connection)
    return answers
  }

  /// In a statement of its own: whatever is read of these residents afterwards was written before.
  private func lockAccounts(
    _ keys: [AccountKey], _ answers: inout JobAnswers, _ connection: inout PostgresConnection
  ) throws {
    guard !keys.isEmpty else { return }
    var parameters = PostgresParameters()
    parameters.append(array: keys.map(\.shard))
    parameters.append(array: keys.map(\.residentNumber))
    let rows = try connection.query(
      """
      SELECT a.shard, a.resident_no, a.resident, a.lots, a.points_held, a.points_debt, a.actions, a.reduction_mg,
        a.title
      FROM (SELECT u.* FROM unnest($1::smallint[], $2::int[]) u(shard, resident_no) OFFSET 0) q
      JOIN puhui.account a USING (shard, resident_no)
      ORDER BY a.shard, a.resident_no FOR NO KEY UPDATE OF a
      """, parameters)
    for row in 0..<rows.count {
      answers.accounts[AccountKey(shard: rows.int16(row, 0), residentNumber: rows.int32(row, 1))] = .init(
        resident: rows.string(row, 2),
        purse: PointsPurse(
          lots: rows.lots(row, 3), held: rows.int64(row, 4), debt: rows.int64(row, 5)),
        actions: rows.int64(row, 6), reductionMilligrams: rows.int64(row, 7), title: rows.optionalString(row, 8))
    }
  }

  /// What came while this waited for the accounts, on one that is not among them, is not there yet: this batch was
  /// before it.
  private func readSubjects(_ answers: inout JobAnswers, _ connection: inout PostgresConnection) throws {
    guard !questions.subjects.isEmpty else { return }
    let rows = try connection.pipeline([
      Self.texts(
        """
        SELECT r.job_id, r.shard, r.resident_no, r.reward, r.quantity, r.points, r.status, r.administrator, r.partner,
          r.lots, r.created_at, r.deadline, r.approved_by, r.reason
        FROM (SELECT u.* FROM unnest($1::text[]) u(job_id) OFFSET 0) q JOIN puhui.redemption r USING (job_id)
        """, questions.subjects),
      Self.texts(
        """
        SELECT d.job_id, d.shard, d.resident_no, d.points, d.status, d.administrator, d.reason, d.created_at, d.deadline
        FROM (SELECT u.* FROM unnest($1::text[]) u(job_id) OFFSET 0) q JOIN puhui.adjustment d USING (job_id)
        """, questions.subjects),
    ])
    for row in 0..<rows[0].count {
      guard let redemption = redemption(row, of: rows[0], answers) else { continue }
      answers.redemptions[redemption.id] = redemption
    }
    for row in 0..<rows[1].count {
      let key = AccountKey(shard: rows[1].int16(row, 1), residentNumber: rows[1].int32(row, 2))
      guard answers.accounts[key] != nil else { continue }
      let adjustment = Adjustment(
        id: rows[1].string(row, 0), account: key, points: rows[1].int64(row, 3),
        status: Adjustment.Status(rawValue: rows[1].string(row, 4)) ?? .expired,
        administrator: rows[1].string(row, 5), reason: rows[1].string(row, 6),
        createdAt: Instant(microseconds: rows[1].timestamp(row, 7)),
        deadline: rows[1].optionalTimestamp(row, 8).map { Instant(microseconds: $0) })
      answers.adjustments[adjustment.id] = adjustment
    }
  }

  private func redemption(_ row: Int, of rows: borrowing PostgresRows, _ answers: JobAnswers) -> Redemption? {
    let key = AccountKey(shard: rows.int16(row, 1), residentNumber: rows.int32(row, 2))
    guard let account = answers.accounts[key] else { return nil }
    var redemption = Redemption(
      id: rows.string(row, 0), account: key, resident: account.resident,
      reward: rows.string(row, 3), quantity: rows.int64(row, 4), points: rows.int64(row, 5),
      status: Redemption.Status(rawValue: rows.string(row, 6)) ?? .expired, administrator: rows.string(row, 7),
      partner: rows.optionalString(row, 8), lots: rows.lots(row, 9),
      createdAt: Instant(microseconds: rows.timestamp(row, 10)),
      deadline: rows.optionalTimestamp(row, 11).map { Instant(microseconds: $0) })
    redemption.approvedBy = rows.optionalString(row, 12)
    redemption.reason = rows.optionalString(row, 13)
    return redemption
  }

  private func lockStocks(_ answers: inout JobAnswers, _ connection: inout PostgresConnection) throws {
    let named = questions.redeemed.map(\.reward) + questions.restocked + answers.redemptions.values.map(\.reward)
    let known = Set(catalogue.rewards.map(\.code)).union(answers.redemptions.values.map(\.reward))
    let rewards = Set(named).intersection(known).sorted()
    guard !rewards.isEmpty else { return }
    let rows = try connection.pipeline([
      Self.texts(
        """
        INSERT INTO puhui.reward_stock (reward) SELECT u.reward FROM unnest($1::text[]) u(reward)
        WHERE NOT EXISTS (SELECT FROM puhui.reward_stock s WHERE s.reward = u.reward)
        ORDER BY 1 ON CONFLICT DO NOTHING
        """, rewards),
      Self.texts(
        """
        SELECT s.reward, s.stocked, s.available, s.held, s.captured, s.points_held, s.points_captured
        FROM (SELECT u.* FROM unnest($1::text[]) u(reward) OFFSET 0) q JOIN puhui.reward_stock s USING (reward)
        ORDER BY s.reward FOR UPDATE OF s
        """, rewards),
    ])
    for row in 0..<rows[1].count {
      var stock = RewardStock()
      stock.stocked = rows[1].int64(row, 1)
      stock.available = rows[1].int64(row, 2)
      stock.held = rows[1].int64(row, 3)
      stock.captured = rows[1].int64(row, 4)
      stock.pointsHeld = rows[1].int64(row, 5)
      stock.pointsCaptured = rows[1].int64(row, 6)
      answers.stocks[rows[1].string(row, 0)] = stock
    }
  }

  private func readDetails(_ answers: inout JobAnswers, _ connection: inout PostgresConnection) throws {
    let needs = neededCodes(answers)
    let usage = usagePairs(answers)
    let strangers = questions.residents.filter { answers.residents[$0] == nil }
    let brought = questions.newCodes.flatMap { reward, codes in codes.map { (reward, $0) } }
    guard !needs.isEmpty || !usage.isEmpty || !strangers.isEmpty || !brought.isEmpty else { return }
    let rows = try connection.pipeline([
      codeQuestion(needs), knownCodeQuestion(brought), usageQuestion(usage),
      Self.texts(
        """
        SELECT u.resident FROM unnest($1::text[]) u(resident)
        WHERE EXISTS (SELECT FROM puhui.tombstone t WHERE t.mark = puhui.tombstone_mark(u.resident))
        """, strangers),
    ])
    for row in 0..<rows[0].count {
      answers.freeCodes[rows[0].string(row, 0), default: []].append(rows[0].string(row, 1))
    }
    for row in 0..<rows[1].count {
      answers.knownCodes[rows[1].string(row, 0), default: []].insert(rows[1].string(row, 1))
    }
    for row in 0..<rows[2].count {
      answers.usage[usage[Int(rows[2].int64(row, 0)) - 1].key] = rows[2].int64(row, 1)
    }
    for row in 0..<rows[3].count { answers.erased.insert(rows[3].string(row, 0)) }
  }

  private func neededCodes(_ answers: JobAnswers) -> [(reward: String, count: Int64)] {
    catalogue.rewards.filter { $0.kind == .code && answers.stocks[$0.code] != nil }.map { reward in
      let approved = answers.redemptions.values.reduce(0) {
        $0 + ($1.reward == reward.code && $1.status == .awaitingApproval ? $1.quantity : 0)
      }
      return (reward.code, questions.neededCodes(of: reward.code) + approved)
    }.filter { $0.count > 0 }
  }

  private func usagePairs(_ answers: JobAnswers) -> [(key: JobAnswers.UsageKey, since: Instant)] {
    var pairs: [JobAnswers.UsageKey: Instant] = [:]
    for asked in questions.redeemed {
      guard let account = answers.residents[asked.resident],
        let limit = catalogue.rewards.first(where: { $0.code == asked.reward })?.limit
      else { continue }
      pairs[.init(account: account, reward: asked.reward)] = limit.periodStart(now: now, catalogue.programme)
    }
    return pairs.map { ($0.key, $0.value) }
  }

  private func codeQuestion(_ needs: [(reward: String, count: Int64)]) -> (sql: String, parameters: PostgresParameters)
  {
    var parameters = PostgresParameters()
    parameters.append(array: needs.map(\.reward))
    parameters.append(array: needs.map(\.count))
    return (
      """
      SELECT q.reward, c.code
      FROM (SELECT u.* FROM unnest($1::text[], $2::bigint[]) u(reward, count) OFFSET 0) q
      CROSS JOIN LATERAL (SELECT code, code_no FROM puhui.reward_code c
        WHERE c.reward = q.reward AND c.job_id IS NULL ORDER BY c.code_no LIMIT q.count) c
      ORDER BY q.reward, c.code_no
      """, parameters
    )
  }

  private func knownCodeQuestion(_ brought: [(String, String)]) -> (sql: String, parameters: PostgresParameters) {
    var parameters = PostgresParameters()
    parameters.append(array: brought.map(\.0))
    parameters.append(array: brought.map(\.1))
    return (
      """
      SELECT c.reward, c.code FROM (SELECT u.* FROM unnest($1::text[], $2::text[]) u(reward, code) OFFSET 0) q
      JOIN puhui.reward_code c USING (reward, code)
      """, parameters
    )
  }

  private func usageQuestion(_ pairs: [(key: JobAnswers.UsageKey, since: Instant)]) -> (
    sql: String, parameters: PostgresParameters
  ) {
    var parameters = PostgresParameters()
    parameters.append(array: pairs.map(\.key.account.shard))
    parameters.append(array: pairs.map(\.key.account.residentNumber))
    parameters.append(array: pairs.map(\.key.reward))
    parameters.append(timestamps: pairs.map(\.since.microseconds))
    return (
      """
      SELECT q.place, sum(r.quantity)::bigint
      FROM (SELECT u.* FROM unnest($1::smallint[], $2::int[], $3::text[], $4::timestamptz[]) WITH ORDINALITY
        u(shard, resident_no, reward, since, place) OFFSET 0) q
      JOIN puhui.redemption r USING (shard, resident_no, reward)
      WHERE r.created_at >= q.since AND r.status IN ('awaiting_approval', 'held', 'fulfilling', 'captured')
      GROUP BY q.place
      """, parameters
    )
  }

  private static func texts(_ sql: String, _ values: [String]) -> (sql: String, parameters: PostgresParameters) {
    var parameters = PostgresParameters()
    parameters.append(array: values)
    return (sql, parameters)
  }
}
