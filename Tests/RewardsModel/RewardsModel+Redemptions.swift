import CarbonInclusion

// The two phases of a redemption.
extension RewardsModel {
  mutating func redeem(
    _ id: String, by administrator: String, _ resident: String, _ code: String, _ quantity: Int64, at now: Instant
  ) throws(Refused) -> [String: RewardsAnswer.Value] {
    let today = world.day(now)
    guard let reward = world.reward(code) else { throw Refused("unknown_reward") }
    guard reward.validity?.contains(today) ?? true else { throw Refused("reward_not_valid") }
    guard state.residents[resident] != nil else { throw Refused("unknown_resident") }
    expire(resident, on: today)
    let points = try check(reward, resident, quantity, on: today)

    let lots = take(points, from: resident)
    state.residents[resident]?.held += points
    var shelf = state.rewards[code] ?? .init()
    shelf.available -= quantity
    shelf.held += quantity
    shelf.pointsHeld += points
    state.rewards[code] = shelf
    let waits = reward.approvalAbovePoints.map { points > $0 } ?? false
    state.redemptions[id] = .init(
      resident: resident, reward: code, quantity: quantity, points: points, lots: lots, status: .awaitingApproval,
      administrator: administrator, createdAt: now)
    var reply: [String: RewardsAnswer.Value] = ["status": .text("awaiting_approval")]
    if waits {
      state.redemptions[id]?.deadline = now.adding(seconds: world.policy.approvalWithinSeconds)
    } else {
      reply = carryOut(id, at: now)
    }
    reply["points"] = .integer(points)
    return reply
  }

  /// - Returns: the points that it costs.
  private func check(
    _ reward: Catalogue.Reward, _ resident: String, _ quantity: Int64, on today: Day
  ) throws(Refused) -> Int64 {
    let account = state.residents[resident] ?? .init()
    let shelf = state.rewards[reward.code] ?? .init()
    if let limit = reward.limit {
      let had = state.redemptions.values.filter {
        $0.resident == resident && $0.reward == reward.code && ($0.status.isOpen || $0.status == .captured)
          && limit.period.start(world.day($0.createdAt)) == limit.period.start(today)
      }
      guard had.reduce(0, { $0 + $1.quantity }) <= limit.quantity - quantity else { throw Refused("limit_reached") }
    }
    guard account.debt == 0 else { throw Refused("in_debt") }
    let (points, isTooMuch) = reward.points.multipliedReportingOverflow(by: quantity)
    guard !isTooMuch, account.available >= points else { throw Refused("insufficient_points") }
    if let budget = reward.budgetPoints, shelf.pointsHeld + shelf.pointsCaptured + points > budget {
      throw Refused("budget_exhausted")
    }
    guard shelf.available >= quantity else { throw Refused("out_of_stock") }
    return points
  }

  /// Nobody has to agree any more: codes are given at once, a partner is asked to deliver.
  mutating func carryOut(_ id: String, at now: Instant) -> [String: RewardsAnswer.Value] {
    guard let redemption = state.redemptions[id], let reward = world.reward(redemption.reward) else { return [:] }
    guard reward.kind == .code else {
      state.redemptions[id]?.status = .fulfilling
      state.redemptions[id]?.deadline = now.adding(seconds: reward.answerWithinSeconds)
      return ["status": .text("fulfilling")]
    }
    let codes = Array((state.rewards[reward.code]?.freeCodes ?? []).prefix(Int(redemption.quantity)))
    state.rewards[reward.code]?.freeCodes.removeFirst(codes.count)
    state.redemptions[id]?.codes = codes
    capture(id, at: now)
    return ["status": .text("captured"), "codes": .list(codes)]
  }

  mutating func capture(_ id: String, at now: Instant) {
    guard let redemption = close(id, as: .captured, at: now) else { return }
    state.rewards[redemption.reward]?.captured += redemption.quantity
    state.rewards[redemption.reward]?.pointsCaptured += redemption.points
  }

  /// Points go back to their lots, the stock to the shelf. A lot that has ended does not come back to life: its points
  /// expire if the resident changed their mind, and may be spent some days longer if it was not their fault.
  mutating func giveBack(
    _ id: String, as status: RewardsState.Redemption.Status, reason: String?, isResidentsWish: Bool, at now: Instant
  ) {
    let today = world.day(now)
    guard let redemption = close(id, as: status, at: now) else { return }
    state.redemptions[id]?.reason = reason
    state.rewards[redemption.reward]?.available += redemption.quantity
    for lot in redemption.lots {
      if lot.expiresOn >= today {
        put(lot.points, to: redemption.resident, until: lot.expiresOn)
      } else if isResidentsWish {
        state.residents[redemption.resident]?.expired += lot.points
      } else {
        put(lot.points, to: redemption.resident, until: today.adding(days: world.policy.graceDays))
      }
    }
  }

  private mutating func close(
    _ id: String, as status: RewardsState.Redemption.Status, at now: Instant
  ) -> RewardsState.Redemption? {
    guard let redemption = state.redemptions[id] else { return nil }
    expire(redemption.resident, on: world.day(now))
    state.redemptions[id]?.status = status
    state.redemptions[id]?.deadline = nil
    state.redemptions[id]?.settledAt = now
    state.residents[redemption.resident]?.held -= redemption.points
    state.rewards[redemption.reward]?.held -= redemption.quantity
    state.rewards[redemption.reward]?.pointsHeld -= redemption.points
    return redemption
  }
}

// How it ends.
extension RewardsModel {
  /// Whether a partner's answer, or an administrator's in its place, is due.
  func settle(_ id: String, by speaker: RewardsJob.Speaker, at now: Instant) throws(Refused) {
    guard let redemption = state.redemptions[id] else { throw Refused("unknown_redemption") }
    if case .partner(let partner) = speaker, world.reward(redemption.reward)?.partner != partner {
      throw Refused("unknown_redemption")
    }
    switch redemption.status {
    case .awaitingApproval: throw Refused("not_pending")
    case .held, .fulfilling: return
    case .captured, .released, .expired: throw Refused("already_settled")
    }
  }

  mutating func cancel(_ id: String, _ reason: String?, at now: Instant) throws(Refused) {
    guard let redemption = state.redemptions[id] else { throw Refused("unknown_redemption") }
    guard redemption.status.isOpen else { throw Refused("already_settled") }
    giveBack(id, as: .released, reason: reason, isResidentsWish: true, at: now)
  }

  mutating func timeOut(_ id: String, at now: Instant) {
    if let deadline = state.redemptions[id]?.deadline, deadline < now {
      giveBack(id, as: .expired, reason: nil, isResidentsWish: false, at: now)
    }
    if let deadline = state.adjustments[id]?.deadline, deadline < now {
      state.adjustments[id]?.status = .expired
      state.adjustments[id]?.deadline = nil
    }
  }

  mutating func timeOutAll(at now: Instant) {
    let due =
      state.redemptions.compactMap { id, redemption in redemption.deadline.map { (deadline: $0, id: id) } }
      + state.adjustments.compactMap { id, adjustment in adjustment.deadline.map { (deadline: $0, id: id) } }
    for job in due.sorted(by: { ($0.deadline, $0.id) < ($1.deadline, $1.id) }) { timeOut(job.id, at: now) }
  }
}
