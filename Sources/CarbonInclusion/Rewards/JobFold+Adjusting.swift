extension JobFold {
  mutating func balance(_ resident: String) throws(JobError) -> [JobReply.Field] {
    let key = try key(of: resident)
    return purseFields(purse(key)) + [
      .init("reduction_mg", .integer(answers.accounts[key]?.reductionMilligrams ?? 0)),
      .init("actions", .integer(answers.accounts[key]?.actions ?? 0)),
      .init("title", title(of: key)),
    ]
  }

  /// An administrator gives or takes points. Large ones wait for a second administrator.
  mutating func adjust(_ job: Job, resident: String, points: Int64, reason: String) throws(JobError) -> [JobReply.Field]
  {
    let key = try key(of: resident)
    let isLarge = points.magnitude > UInt64(max(0, catalogue.pointsPolicy.adjustmentApprovalAbovePoints))
    var adjustment = Adjustment(
      id: job.id, account: key, points: points, status: .awaitingApproval, administrator: job.speaker.code,
      reason: reason, createdAt: now,
      deadline: now.adding(seconds: catalogue.pointsPolicy.approvalWithinSeconds))
    if !isLarge { try apply(&adjustment) }
    booking.newAdjustments.insert(job.id)
    save(adjustment)
    return [.init("status", .text(adjustment.status.rawValue))] + purseFields(purse(key))
  }

  mutating func approve(_ waiting: Adjustment, by approver: String) throws(JobError) -> [JobReply.Field] {
    var adjustment = waiting
    guard adjustment.status == .awaitingApproval else {
      throw JobError(
        .notPending, "job \"\(adjustment.id)\" does not wait for approval: it is \(adjustment.status.rawValue)")
    }
    try checkApprover(approver, of: adjustment.administrator)
    adjustment.approvedBy = approver
    try apply(&adjustment)
    save(adjustment)
    return [.init("status", .text(adjustment.status.rawValue))] + purseFields(purse(adjustment.account))
  }

  mutating func save(_ adjustment: Adjustment) {
    answers.adjustments[adjustment.id] = adjustment
    booking.adjustments[adjustment.id] = adjustment
  }

  private mutating func apply(_ adjustment: inout Adjustment) throws(JobError) {
    var purse = self.purse(adjustment.account)
    var entry = AccountEntry(account: adjustment.account, kind: .adjustment)
    if adjustment.points > 0 {
      let lot = PointsLot(expiresOn: catalogue.pointsPolicy.expiry(earnedOn: today), points: adjustment.points)
      purse.add(lot)
      entry.lots = [lot]
    } else {
      guard let lots = purse.remove(-adjustment.points) else {
        throw JobError(
          .insufficientPoints, "\(-adjustment.points) points are to be taken, \(purse.available) are available")
      }
      entry.lots = lots
    }
    entry.points = adjustment.points
    entry.jobID = adjustment.id
    entry.bookedBy = adjustment.administrator
    entry.reason = adjustment.reason
    book(entry)
    set(purse, of: adjustment.account)
    adjustment.status = .applied
    adjustment.deadline = nil
    adjustment.settledAt = now
  }

  private func purseFields(_ purse: PointsPurse) -> [JobReply.Field] {
    [
      .init("points_available", .integer(purse.available)), .init("points_held", .integer(purse.held)),
      .init("points_debt", .integer(purse.debt)),
    ]
  }

  private func title(of key: AccountKey) -> JobReply.Value {
    let lowest = catalogue.titles.filter { $0.fromMilligrams <= 0 }.max { $0.fromMilligrams < $1.fromMilligrams }
    return (answers.accounts[key]?.title ?? lowest?.code).map { .text($0) } ?? .absent
  }
}
