extension JobFold {
  mutating func confirm(_ id: String, speaker: Job.Speaker) throws(JobError) -> [JobReply.Field] {
    var redemption = try open(id, speaker: speaker)
    try requireApproved(redemption)
    capture(&redemption)
    save(redemption)
    return [.init("status", .text(redemption.status.rawValue))]
  }

  mutating func fail(_ id: String, reason: String, speaker: Job.Speaker) throws(JobError) -> [JobReply.Field] {
    var redemption = try open(id, speaker: speaker)
    try requireApproved(redemption)
    release(&redemption, as: .released, reason: reason, by: speaker.code, isResidentsWish: false)
    return [.init("status", .text(redemption.status.rawValue))]
  }

  mutating func cancel(_ id: String, reason: String?) throws(JobError) -> [JobReply.Field] {
    var redemption = try open(id, speaker: nil)
    release(&redemption, as: .released, reason: reason, by: nil, isResidentsWish: true)
    return [.init("status", .text(redemption.status.rawValue))]
  }

  /// Ends what nobody answered in time. What is settled, or has time left, stays as it is.
  package mutating func timeOut(redemption id: String) {
    guard var redemption = answers.redemptions[id], !redemption.status.isSettled,
      let deadline = redemption.deadline, deadline < now
    else { return }
    let reason =
      redemption.status == .awaitingApproval ? "nobody approved it in time" : "the partner did not answer in time"
    release(&redemption, as: .expired, reason: reason, by: nil, isResidentsWish: false)
  }

  package mutating func timeOut(adjustment id: String) {
    guard var adjustment = answers.adjustments[id], adjustment.status == .awaitingApproval,
      let deadline = adjustment.deadline, deadline < now
    else { return }
    adjustment.status = .expired
    adjustment.deadline = nil
    adjustment.settledAt = now
    save(adjustment)
  }

  /// What was folded so far, where there are no jobs to answer.
  package func booked() -> JobBooking { booking }

  mutating func approve(_ id: String, by approver: String) throws(JobError) -> [JobReply.Field] {
    if let adjustment = answers.adjustments[id] { return try approve(adjustment, by: approver) }
    guard var redemption = answers.redemptions[id] else {
      throw JobError(.unknownJob, "no job \"\(id)\" waits for approval, or ever did")
    }
    guard redemption.status == .awaitingApproval else {
      throw JobError(.notPending, "job \"\(id)\" does not wait for approval: it is \(redemption.status.rawValue)")
    }
    try checkApprover(approver, of: redemption.administrator)
    redemption.approvedBy = approver
    try proceed(&redemption, try reward(redemption.reward))
    save(redemption)
    return fields(of: redemption)
  }

  func checkApprover(_ approver: String, of administrator: String) throws(JobError) {
    guard approver == administrator else { return }
    throw JobError(
      .sameAdministrator, "\"\(approver)\" asked for it: another administrator has to approve, from a list of their own"
    )
  }

  mutating func capture(_ redemption: inout Redemption) {
    settle(&redemption, as: .captured)
    var purse = self.purse(redemption.account)
    purse.capture(redemption.points)
    set(purse, of: redemption.account)
    var stock = answers.stocks[redemption.reward] ?? RewardStock()
    stock.capture(redemption)
    set(stock, of: redemption.reward)
    book(entry(.capture, redemption, points: 0, held: -redemption.points, by: nil))
  }

  private mutating func release(
    _ redemption: inout Redemption, as status: Redemption.Status, reason: String?, by speaker: String?,
    isResidentsWish: Bool
  ) {
    settle(&redemption, as: status)
    redemption.reason = reason
    var purse = self.purse(redemption.account)
    let grace = isResidentsWish ? nil : today.adding(days: catalogue.pointsPolicy.graceDays)
    let void = purse.release(redemption.lots, today: today, grace: grace)
    set(purse, of: redemption.account)
    var stock = answers.stocks[redemption.reward] ?? RewardStock()
    stock.release(redemption)
    set(stock, of: redemption.reward)
    giveBackShare(of: redemption)
    book(entry(.release, redemption, points: redemption.points, held: -redemption.points, by: speaker))
    if void > 0 {
      let ended = redemption.lots.filter { $0.expiresOn < today }
      var expiry = AccountEntry.expiry(of: ended, account: redemption.account)
      expiry.jobID = redemption.id
      book(expiry)
    }
    save(redemption)
  }

  /// What was released counts no longer towards the limit of the period that it was made in.
  private mutating func giveBackShare(of redemption: Redemption) {
    let limit = catalogue.rewards.first { $0.code == redemption.reward }?.limit
    guard let limit, redemption.createdAt >= limit.periodStart(now: now, catalogue.programme) else { return }
    answers.usage[.init(account: redemption.account, reward: redemption.reward), default: 0] -= redemption.quantity
  }

  private func settle(_ redemption: inout Redemption, as status: Redemption.Status) {
    redemption.status = status
    redemption.deadline = nil
    redemption.settledAt = now
  }

  /// - Parameter speaker: a partner may only speak about what it delivers; `nil` is anybody.
  private func open(_ id: String, speaker: Job.Speaker?) throws(JobError) -> Redemption {
    guard let redemption = answers.redemptions[id] else {
      throw JobError(.unknownRedemption, "there is no redemption \"\(id)\"")
    }
    if case .partner(let code) = speaker, redemption.partner != code {
      throw JobError(.unknownRedemption, "there is no redemption \"\(id)\" of partner \"\(code)\"")
    }
    guard !redemption.status.isSettled else {
      throw JobError(.alreadySettled, "redemption \"\(id)\" is \(redemption.status.rawValue) already")
    }
    return redemption
  }

  private func requireApproved(_ redemption: Redemption) throws(JobError) {
    guard redemption.status == .awaitingApproval else { return }
    throw JobError(.notPending, "redemption \"\(redemption.id)\" waits for a second administrator's approval")
  }
}
