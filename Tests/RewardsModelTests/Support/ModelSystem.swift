import CarbonInclusion
import RewardsModel

/// The model in the place of a ledger, right or with a mistake: what a trial has to see.
struct ModelSystem: RewardsSystem {
  enum Mistake: String, CaseIterable {
    case daysOfAnotherZone = "days of another zone"
    case pointsLiveAMonthLonger = "points live a month longer"
    case graceADayShort = "grace is a day short"
    case limitOneMore = "the limit is one more"
    case limitOfAnotherPeriod = "the limit is of another period"
    case budgetOneMore = "the budget is one more"
    case approvalFromTheLimitOn = "approval from the limit on"
    case adjustmentsOneMoreWithoutApproval = "adjustments of one point more without approval"
    case validityADayLonger = "a reward is valid a day longer"
    case deadlineASecondLater = "a deadline is a second later"
    case timeOutAtTheDeadline = "timed out at the deadline already"
    case failuresForgotten = "failures are forgotten"
    case nothingExpires = "nothing expires"
    case doubleSpending = "two at once see the same points"
    case secondOfTwoIsConflict = "the second of two equal jobs is a conflict"
    case debtForgiven = "debts are forgiven"
    case codesFromTheOtherEnd = "codes from the other end"
    case sameAdministratorApproves = "the same administrator approves"
    case foreignPartnerSettles = "another partner settles"
    case stockNotGivenBack = "stock is not given back"
  }

  private let mistake: Mistake?
  private var model: RewardsModel
  private var pushes: [String: Int] = [:]
  private var refused: Set<String> = []

  init(_ mistake: Mistake? = nil, world: RewardsWorld = .small) {
    self.mistake = mistake
    model = RewardsModel(world: mistake.map { world.with($0) } ?? world)
  }

  mutating func apply(_ operations: [RewardsOperation], at now: Instant) -> [RewardsAnswer] {
    operations.map { operation in
      switch (mistake, operation) {
      case (.nothingExpires, .expire): return .silent
      case (.timeOutAtTheDeadline, .timeOut(let id)) where model.state.redemptions[id]?.deadline == now:
        return model.apply(operation, at: Instant(microseconds: now.microseconds + 1))
      case (.failuresForgotten, .job(let job)): return forgetful(job, at: now)
      case (.sameAdministratorApproves, .job(let job)):
        guard case .approve = job.request else { break }
        return model.apply(.job(RewardsJob(id: job.id, by: .administrator("nobody"), job.request)), at: now)
      case (.foreignPartnerSettles, .job(let job)):
        switch job.request {
        case .confirm, .fail:
          return model.apply(.job(RewardsJob(id: job.id, by: .administrator("admin"), job.request)), at: now)
        default: break
        }
      default: break
      }
      return model.apply(operation, at: now)
    }
  }

  /// Backwards, unless the mistake is that both see what was there before.
  mutating func race(_ operations: [RewardsOperation], at now: Instant) -> [RewardsAnswer] {
    switch mistake {
    case .doubleSpending:
      let before = self
      _ = apply(operations, at: now)
      return operations.map { operation in
        var alone = before
        return alone.apply([operation], at: now)[0]
      }
    case .secondOfTwoIsConflict where operations.count == 2 && operations[0] == operations[1]:
      let answers = apply(operations, at: now)
      return answers[0] == .silent ? answers : [answers[0], .refused("id_conflict")]
    default: return apply(operations.reversed(), at: now).reversed()
    }
  }

  func snapshot() -> RewardsState {
    var state = model.state
    switch mistake {
    case .debtForgiven: for name in state.residents.keys { state.residents[name]?.debt = 0 }
    case .codesFromTheOtherEnd: for code in state.rewards.keys { state.rewards[code]?.freeCodes.reverse() }
    case .stockNotGivenBack:
      for redemption in state.redemptions.values where redemption.status == .expired {
        state.rewards[redemption.reward]?.available -= redemption.quantity
      }
    default: break
    }
    return state
  }

  /// A job that was refused is tried again when it is pushed again.
  private mutating func forgetful(_ job: RewardsJob, at now: Instant) -> RewardsAnswer {
    var job = job
    if refused.contains(job.id) {
      pushes[job.id, default: 0] += 1
      job.id += "'\(pushes[job.id, default: 0])"
      return model.apply(.job(job), at: now)
    }
    let answer = model.apply(.job(job), at: now)
    if case .refused(let code) = answer, code != "id_conflict" { refused.insert(job.id) }
    return answer
  }
}

extension RewardsWorld {
  /// The policy as somebody with this mistake would read it.
  fileprivate func with(_ mistake: ModelSystem.Mistake) -> RewardsWorld {
    var world = self
    switch mistake {
    case .daysOfAnotherZone: world.utcOffsetSeconds = 0
    case .pointsLiveAMonthLonger: world.policy.expireAfterMonths += 1
    case .graceADayShort: world.policy.graceDays -= 1
    case .adjustmentsOneMoreWithoutApproval: world.policy.adjustmentApprovalAbovePoints += 1
    default:
      for index in world.rewards.indices { world.rewards[index].change(mistake) }
    }
    return world
  }
}

extension Catalogue.Reward {
  fileprivate mutating func change(_ mistake: ModelSystem.Mistake) {
    switch mistake {
    case .limitOneMore: limit?.quantity += 1
    case .limitOfAnotherPeriod: limit?.period = .month
    case .budgetOneMore: budgetPoints? += points
    case .approvalFromTheLimitOn: approvalAbovePoints? -= 1
    case .deadlineASecondLater: answerWithinSeconds += 1
    case .validityADayLonger: validity = validity.map { .init(from: $0.from.adding(days: -1), to: $0.to) }
    default: break
    }
  }
}
