import CarbonInclusion

// What each job does, once it is known to be a new one. A job that is refused changes nothing.
extension RewardsModel {
  mutating func decide(_ job: RewardsJob, at now: Instant) throws(Refused) -> [String: RewardsAnswer.Value] {
    switch (job.request, job.speaker) {
    case (.confirm(let redemption), _):
      try settle(redemption, by: job.speaker, at: now)
      capture(redemption, at: now)
      return ["status": .text("captured")]
    case (.fail(let redemption, let reason), _):
      try settle(redemption, by: job.speaker, at: now)
      giveBack(redemption, as: .released, reason: reason, isResidentsWish: false, at: now)
      return ["status": .text("released")]
    case (_, .partner): throw Refused("not_allowed")
    case (.redeem(let resident, let reward, let quantity), .administrator(let name)):
      return try redeem(job.id, by: name, resident, reward, quantity, at: now)
    case (.cancel(let redemption, let reason), _):
      try cancel(redemption, reason, at: now)
      return ["status": .text("released")]
    case (.restock(let reward, let stock), _): return try restock(reward, stock)
    case (.balance(let resident), _): return try balance(resident, at: now)
    case (.adjust(let resident, let points, let reason), .administrator(let name)):
      return try adjust(job.id, by: name, resident, points, reason, at: now)
    case (.approve(let job), .administrator(let name)): return try approve(job, by: name, at: now)
    }
  }

  private func balance(of resident: String) -> [String: RewardsAnswer.Value] {
    let account = state.residents[resident] ?? .init()
    return [
      "points_available": .integer(account.available), "points_held": .integer(account.held),
      "points_debt": .integer(account.debt),
    ]
  }

  private mutating func balance(_ resident: String, at now: Instant) throws(Refused) -> [String: RewardsAnswer.Value] {
    guard state.residents[resident] != nil else { throw Refused("unknown_resident") }
    expire(resident, on: world.day(now))
    let account = state.residents[resident] ?? .init()
    return balance(of: resident).merging([
      "reduction_mg": .integer(account.reductionMilligrams), "actions": .integer(account.actions),
      "title": .text(account.title),
    ]) { $1 }
  }

  private mutating func restock(
    _ reward: String, _ stock: RewardsJob.Stock
  ) throws(Refused) -> [String: RewardsAnswer.Value] {
    guard let kind = world.reward(reward)?.kind else { throw Refused("unknown_reward") }
    let new: Int64
    switch stock {
    case .quantity(let quantity):
      guard kind == .partner else { throw Refused("invalid_field") }
      new = quantity
    case .codes(let codes):
      guard kind == .code else { throw Refused("invalid_field") }
      let pool = pools[reward, default: []].union(codes)
      guard pool.count == pools[reward, default: []].count + codes.count else { throw Refused("duplicate_code") }
      pools[reward] = pool
      state.rewards[reward, default: .init()].freeCodes += codes
      new = Int64(codes.count)
    }
    state.rewards[reward, default: .init()].stocked += new
    state.rewards[reward, default: .init()].available += new
    return ["stock": .integer(state.rewards[reward]?.available ?? 0)]
  }
}

// Adjustments, and what waits for a second administrator.
extension RewardsModel {
  private mutating func adjust(
    _ id: String, by administrator: String, _ resident: String, _ points: Int64, _ reason: String, at now: Instant
  ) throws(Refused) -> [String: RewardsAnswer.Value] {
    guard state.residents[resident] != nil else { throw Refused("unknown_resident") }
    expire(resident, on: world.day(now))
    let waits = points.magnitude > UInt64(world.policy.adjustmentApprovalAbovePoints)
    if !waits { try move(points, of: resident, on: world.day(now)) }
    var adjustment = RewardsState.Adjustment(
      resident: resident, points: points, status: waits ? .awaitingApproval : .applied, reason: reason,
      administrator: administrator)
    if waits { adjustment.deadline = now.adding(seconds: world.policy.approvalWithinSeconds) }
    state.adjustments[id] = adjustment
    return balance(of: resident).merging(["status": .text(adjustment.status.rawValue)]) { $1 }
  }

  private mutating func move(_ points: Int64, of resident: String, on today: Day) throws(Refused) {
    if points < 0 {
      try takeBack(-points, from: resident)
    } else {
      give(points, to: resident, until: world.policy.expiry(earnedOn: today))
    }
  }

  private mutating func approve(
    _ id: String, by administrator: String, at now: Instant
  ) throws(Refused) -> [String: RewardsAnswer.Value] {
    if let adjustment = state.adjustments[id] {
      guard adjustment.status == .awaitingApproval else { throw Refused("not_pending") }
      guard adjustment.administrator != administrator else { throw Refused("same_administrator") }
      expire(adjustment.resident, on: world.day(now))
      try move(adjustment.points, of: adjustment.resident, on: world.day(now))
      state.adjustments[id]?.status = .applied
      state.adjustments[id]?.approvedBy = administrator
      state.adjustments[id]?.deadline = nil
      return ["status": .text("applied")]
    }
    guard let redemption = state.redemptions[id] else { throw Refused("unknown_job") }
    guard redemption.status == .awaitingApproval else { throw Refused("not_pending") }
    guard redemption.administrator != administrator else { throw Refused("same_administrator") }
    expire(redemption.resident, on: world.day(now))
    state.redemptions[id]?.approvedBy = administrator
    return carryOut(id, at: now)
  }
}
