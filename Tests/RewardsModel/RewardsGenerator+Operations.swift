import CarbonInclusion

extension RewardsGenerator {
  mutating func operation() -> RewardsOperation {
    switch dice.roll(0...99) {
    case 0..<22: earning()
    case 22..<26: activities.isEmpty ? earning() : .reverse(activity: dice.pickRecent(activities))
    case 26..<28: .expire
    case 28..<33: timingOut()
    default: .job(anyJob())
    }
  }

  mutating func earning() -> RewardsOperation {
    let activity = "a\(activities.count + 1)"
    activities.append(activity)
    return .earn(activity: activity, resident: dice.pick(world.residents), points: points())
  }

  func redemptions(_ isWanted: (RewardsState.Redemption) -> Bool) -> [String] {
    model.state.redemptions.filter { isWanted($0.value) }.map(\.key).sorted { ($0.count, $0) < ($1.count, $1) }
  }

  private mutating func timingOut() -> RewardsOperation {
    let open = redemptions(\.status.isOpen) + waitingAdjustments()
    guard habits.timesOutOneByOne, !open.isEmpty, dice.chance(60) else { return .timeOutAll }
    return .timeOut(job: dice.pick(open))
  }

  private func waitingAdjustments() -> [String] {
    model.state.adjustments.filter { $0.value.status == .awaitingApproval }.map(\.key).sorted()
  }

  mutating func anyJob() -> RewardsJob {
    switch dice.roll(0...99) {
    case 0..<7 where !jobs.isEmpty: repeated(dice.pickRecent(jobs))
    case 7..<9 where !jobs.isEmpty: conflicting(dice.pickRecent(jobs))
    case 9: forbidden()
    case 10..<30: settlement()
    default: job(request())
    }
  }

  private mutating func someone() -> RewardsJob.Speaker { .administrator(dice.pick(world.administrators)) }

  /// An id that is taken, for something else.
  private mutating func conflicting(_ job: RewardsJob) -> RewardsJob {
    let other = request()
    return other == job.request ? repeated(job) : RewardsJob(id: job.id, by: someone(), other)
  }

  mutating func repeated(_ job: RewardsJob) -> RewardsJob {
    guard habits.repeatsByOthers, dice.chance(10), case .administrator = job.speaker else { return job }
    return RewardsJob(id: job.id, by: someone(), job.request)
  }

  /// An answer to what is open, mostly by the one whose it is.
  private mutating func settlement() -> RewardsJob {
    let open = redemptions { $0.status == .fulfilling }
    let any = redemptions { _ in true }
    let subject = !open.isEmpty && dice.chance(70) ? dice.pickRecent(open) : any.isEmpty ? "j0" : dice.pickRecent(any)
    return settlement(of: dice.chance(3) ? "nothing" : subject)
  }

  mutating func settlement(of subject: String) -> RewardsJob {
    let request: RewardsJob.Request = dice.weigh([
      (4, .confirm(redemption: subject)), (3, .fail(redemption: subject, reason: "sold out")),
      (3, .cancel(redemption: subject, reason: dice.chance(50) ? "changed my mind" : nil)),
    ])
    if case .cancel = request { return job(request) }
    let owner = model.state.redemptions[subject].flatMap { world.reward($0.reward)?.partner }
    let partner = dice.chance(85) ? owner ?? dice.pick(world.partners) : dice.pick(world.partners)
    return job(request, by: dice.chance(65) ? .partner(partner) : nil)
  }

  /// Something that an administrator may ask for, settlements aside.
  mutating func request() -> RewardsJob.Request {
    switch dice.roll(0...99) {
    case 0..<52: redeeming(dice.pick(world.rewards).code)
    case 52..<66: restocking()
    case 66..<80: .adjust(resident: resident(), points: adjustment(), reason: "goodwill")
    case 80..<92: .approve(job: approvable())
    default: .balance(resident: resident())
    }
  }

  mutating func redeeming(_ reward: String) -> RewardsJob.Request {
    let rich = world.residents.filter { (model.state.residents[$0]?.available ?? 0) >= 80 }
    let resident = !rich.isEmpty && dice.chance(60) ? dice.pick(rich) : resident()
    let quantity: Int64 = dice.weigh([(60, 1), (22, 2), (10, 3), (6, 5), (1, 40), (1, 1_000_000)])
    return .redeem(resident: resident, reward: dice.chance(2) ? "moon-trip" : reward, quantity: quantity)
  }

  mutating func resident() -> String { dice.chance(2) ? "nobody" : dice.pick(world.residents) }

  private mutating func points() -> Int64 {
    Int64(dice.chance(40) ? dice.pick([1, 50, 80, 120, 200, 400, 600]) : dice.roll(1...500))
  }

  private mutating func adjustment() -> Int64 {
    let limit = Int(world.policy.adjustmentApprovalAbovePoints)
    let points = dice.chance(40) ? dice.pick([1, limit, limit + 1, 2 * limit]) : dice.roll(1...limit)
    return Int64(dice.chance(50) ? points : -points)
  }

  /// Mostly what waits for it.
  private mutating func approvable() -> String {
    let waiting = redemptions { $0.status == .awaitingApproval } + waitingAdjustments()
    if !waiting.isEmpty, dice.chance(75) { return dice.pick(waiting) }
    return jobs.isEmpty || dice.chance(10) ? "nothing" : dice.pickRecent(jobs).id
  }

  private mutating func restocking() -> RewardsJob.Request {
    var reward = dice.pick(world.rewards)
    let code = dice.chance(2) ? "moon-trip" : reward.code
    if dice.chance(8) { reward.kind = reward.kind == .code ? .partner : .code }
    return .restock(reward: code, stock(for: reward))
  }

  mutating func stock(for reward: Catalogue.Reward) -> RewardsJob.Stock {
    let quantity = dice.pick([1, 1, 2, 3, 8])
    guard reward.kind == .code else { return .quantity(Int64(quantity)) }
    var new = (1...quantity).map { "c\(codes.count + $0)" }
    let known = codes.filter { $0.reward == reward.code }.map(\.code)
    if !known.isEmpty, dice.chance(12) { new[dice.roll(0...new.count - 1)] = dice.pick(known) }
    codes += new.map { (reward.code, $0) }
    return .codes(new)
  }
}
