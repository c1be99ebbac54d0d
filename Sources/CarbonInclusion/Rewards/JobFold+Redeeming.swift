extension JobFold {
  /// Holds points, stock and the resident's share of it in one step; a code is given at once.
  mutating func redeem(_ job: Job, resident: String, reward code: String, quantity: Int64) throws(JobError)
    -> [JobReply.Field]
  {
    let reward = try self.reward(code)
    if let validity = reward.validity, !validity.contains(today) {
      let end = validity.to.map { " to \($0)" } ?? ""
      throw JobError(.rewardNotValid, "reward \"\(code)\" can be redeemed from \(validity.from)\(end)")
    }
    let account = try key(of: resident)
    try checkLimit(reward, account: account, quantity: quantity)
    var purse = self.purse(account)
    let (points, isTooMuch) = reward.points.multipliedReportingOverflow(by: quantity)
    try checkPoints(purse, points: isTooMuch ? .max : points)
    var stock = answers.stocks[code] ?? RewardStock()
    try checkStock(reward, stock, points: points, quantity: quantity)
    guard let lots = purse.hold(points) else {
      throw JobError(.insufficientPoints, "\(points) points are needed, \(purse.available) are available")
    }
    var redemption = Redemption(
      id: job.id, account: account, resident: resident, reward: code, quantity: quantity, points: points,
      status: .awaitingApproval, administrator: job.speaker.code, partner: reward.partner, lots: lots, createdAt: now,
      deadline: now.adding(seconds: catalogue.pointsPolicy.approvalWithinSeconds))
    stock.hold(redemption)
    set(purse, of: account)
    set(stock, of: code)
    answers.usage[.init(account: account, reward: code), default: 0] += quantity
    book(entry(.hold, redemption, points: -points, held: points, by: job.speaker.code))
    booking.newRedemptions.insert(job.id)
    if reward.approvalAbovePoints.map({ points <= $0 }) ?? true { try proceed(&redemption, reward) }
    save(redemption)
    return fields(of: redemption)
  }

  /// What follows once everything is held and approved.
  mutating func proceed(_ redemption: inout Redemption, _ reward: Catalogue.Reward) throws(JobError) {
    switch reward.kind {
    case .partner:
      redemption.status = .held
      redemption.deadline = now.adding(seconds: reward.answerWithinSeconds)
    case .code:
      let pool = answers.freeCodes[reward.code] ?? []
      guard pool.count >= redemption.quantity else {
        throw JobError(.outOfStock, "reward \"\(reward.code)\" has \(pool.count) codes left")
      }
      redemption.codes = Array(pool.prefix(Int(redemption.quantity)))
      answers.freeCodes[reward.code] = Array(pool.dropFirst(Int(redemption.quantity)))
      capture(&redemption)
    }
  }

  mutating func restock(_ code: String, _ restock: Job.Restock) throws(JobError) -> [JobReply.Field] {
    let reward = try self.reward(code)
    var stock = answers.stocks[code] ?? RewardStock()
    switch (restock, reward.kind) {
    case (.quantity(let quantity), .partner): stock.add(quantity)
    case (.codes(let codes), .code):
      if let known = codes.first(where: { answers.knownCodes[code]?.contains($0) ?? false }) {
        throw JobError(
          .duplicateCode, "field \"codes\": \"\(known)\" is in the pool of \"\(code)\" already; nothing was added")
      }
      answers.knownCodes[code, default: []].formUnion(codes)
      answers.freeCodes[code, default: []] += codes
      booking.newCodes += codes.map { (code, $0) }
      stock.add(Int64(codes.count))
    case (.quantity, .code):
      throw JobError(
        .invalidField, "field \"quantity\": reward \"\(code)\" gives codes: restock it with field \"codes\"")
    case (.codes, .partner):
      throw JobError(
        .invalidField,
        "field \"codes\": reward \"\(code)\" is delivered by a partner: restock it with field \"quantity\"")
    }
    set(stock, of: code)
    return [.init("reward", .text(code)), .init("stock", .integer(stock.available))]
  }

  func fields(of redemption: Redemption) -> [JobReply.Field] {
    // Handed to the partner right after COMMIT, and again until that is known to have happened.
    let status = redemption.status == .held ? .fulfilling : redemption.status
    var fields: [JobReply.Field] = [
      .init("status", .text(status.rawValue)), .init("redemption", .text(redemption.id)),
      .init("points", .integer(redemption.points)),
    ]
    if !redemption.codes.isEmpty { fields.append(.init("codes", .list(redemption.codes.map { .text($0) }))) }
    return fields
  }

  func reward(_ code: String) throws(JobError) -> Catalogue.Reward {
    if let reward = catalogue.rewards.first(where: { $0.code == code }) { return reward }
    let known = catalogue.rewards.map(\.code).joined(separator: ", ")
    throw JobError(.unknownReward, "reward \"\(code)\" is not in the catalogue; there are: \(known)")
  }

  mutating func set(_ stock: RewardStock, of reward: String) {
    answers.stocks[reward] = stock
    booking.stocks[reward] = stock
  }

  mutating func save(_ redemption: Redemption) {
    answers.redemptions[redemption.id] = redemption
    booking.redemptions[redemption.id] = redemption
  }

  func entry(
    _ kind: AccountEntry.Kind, _ redemption: Redemption, points: Int64, held: Int64, by speaker: String?
  ) -> AccountEntry {
    var entry = AccountEntry(account: redemption.account, kind: kind)
    entry.points = points
    entry.held = held
    entry.jobID = redemption.id
    entry.bookedBy = speaker
    entry.reason = redemption.reason ?? redemption.reward
    entry.lots = redemption.lots
    return entry
  }

  private func checkLimit(_ reward: Catalogue.Reward, account: AccountKey, quantity: Int64) throws(JobError) {
    guard let limit = reward.limit else { return }
    let used = answers.usage[.init(account: account, reward: reward.code)] ?? 0
    guard quantity > limit.quantity - used else { return }
    let period = limit.period == .ever ? "in all" : "a \(limit.period.rawValue)"
    throw JobError(
      .limitReached, "a resident gets \(limit.quantity) of \"\(reward.code)\" \(period), and has had \(used)")
  }

  private func checkPoints(_ purse: PointsPurse, points: Int64) throws(JobError) {
    if purse.debt > 0 {
      throw JobError(
        .inDebt, "\(purse.debt) points are owed for activities that were taken back; new points pay them first")
    }
    guard purse.available >= points else {
      throw JobError(.insufficientPoints, "\(points) points are needed, \(purse.available) are available")
    }
  }

  private func checkStock(_ reward: Catalogue.Reward, _ stock: RewardStock, points: Int64, quantity: Int64)
    throws(JobError)
  {
    if let budget = reward.budgetPoints, stock.pointsHeld + stock.pointsCaptured + points > budget {
      let left = max(0, budget - stock.pointsHeld - stock.pointsCaptured)
      throw JobError(.budgetExhausted, "\(left) points are left of the budget of reward \"\(reward.code)\"")
    }
    let free = reward.kind == .code ? Int64(answers.freeCodes[reward.code]?.count ?? 0) : .max
    guard min(stock.available, free) >= quantity else {
      throw JobError(.outOfStock, "\(min(stock.available, free)) are left of reward \"\(reward.code)\"")
    }
  }
}
