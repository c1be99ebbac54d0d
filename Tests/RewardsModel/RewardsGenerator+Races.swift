import CarbonInclusion

extension RewardsGenerator {
  /// Something that gets into the way of an operation.
  mutating func rival(of first: RewardsOperation) -> RewardsOperation {
    switch first {
    case .earn(_, let resident, _): .job(job(rival(ofResident: resident)))
    case .reverse(let activity):
      if dice.chance(30) { .reverse(activity: activity) } else { .job(anyJob()) }
    case .timeOut(let job): .job(settlement(of: job))
    case .timeOutAll: .job(settlement(of: dice.pick(redemptions(\.status.isOpen) + ["nothing"])))
    case .expire: operation()
    case .job(let job): rival(of: job)
    }
  }

  private mutating func rival(of first: RewardsJob) -> RewardsOperation {
    if isAllowed(first) {
      if dice.chance(30) { return .job(first) }
      if dice.chance(8) { return .job(RewardsJob(id: first.id, by: first.speaker, other(than: first.request))) }
    }
    switch first.request {
    case .redeem(let resident, let reward, _):
      switch dice.roll(0...9) {
      case 0..<5: return .job(job(redeeming(reward)))
      case 5: return .job(settlement(of: first.id))
      case 6 where world.reward(reward) != nil:
        return .job(job(.restock(reward: reward, stock(for: world.reward(reward) ?? world.rewards[0]))))
      default: return .job(job(rival(ofResident: resident)))
      }
    case .confirm(let redemption), .fail(let redemption, _), .cancel(let redemption, _):
      return dice.chance(30) ? timingOut(redemption) : .job(settlement(of: redemption))
    case .approve(let waiting):
      switch dice.roll(0...3) {
      case 0: return timingOut(waiting)
      case 1: return .job(job(.cancel(redemption: waiting, reason: nil)))
      default: return .job(job(.approve(job: waiting)))
      }
    case .restock(let reward, let stock):
      return .job(job(dice.chance(50) ? .restock(reward: reward, stock) : redeeming(reward)))
    case .adjust(let resident, _, _), .balance(let resident): return .job(job(rival(ofResident: resident)))
    }
  }

  private mutating func timingOut(_ job: String) -> RewardsOperation {
    habits.timesOutOneByOne ? .timeOut(job: job) : .timeOutAll
  }

  private func isAllowed(_ job: RewardsJob) -> Bool {
    guard case .partner = job.speaker else { return true }
    switch job.request {
    case .confirm, .fail: return true
    default: return false
    }
  }

  /// Something else that takes the resident's points.
  private mutating func rival(ofResident resident: String) -> RewardsJob.Request {
    let available = model.state.residents[resident]?.available ?? 0
    let reward = dice.pick(world.rewards)
    return dice.weigh([
      (6, .redeem(resident: resident, reward: reward.code, quantity: max(1, min(5, available / reward.points)))),
      (2, .adjust(resident: resident, points: -max(1, min(150, available)), reason: "mistake")),
      (1, .balance(resident: resident)),
    ])
  }

  /// The same kind of job, so that its speaker may ask for it.
  private func other(than request: RewardsJob.Request) -> RewardsJob.Request {
    switch request {
    case .redeem(let resident, let reward, let quantity):
      .redeem(resident: resident, reward: reward, quantity: quantity == 1 ? 2 : 1)
    case .cancel(let redemption, let reason): .cancel(redemption: redemption, reason: reason == nil ? "oh" : nil)
    case .confirm(let redemption): .fail(redemption: redemption, reason: "lost")
    case .fail(let redemption, _): .confirm(redemption: redemption)
    case .restock(_, let stock): .restock(reward: "moon-trip", stock)
    case .balance: .balance(resident: "nobody")
    // None of 0 points: its form would be refused, and such a job has no answer that is remembered.
    case .adjust(let resident, let points, let reason):
      .adjust(resident: resident, points: points == -1 ? 1 : points + 1, reason: reason)
    case .approve: .approve(job: "nothing")
    }
  }
}
