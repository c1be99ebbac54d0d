package import CarbonInclusion

/// The rules of points and rewards in their plainest form: no server, no batch, one operation after the other.
///
/// It is written from the rules and shares no code with the workers, so that it can judge them.
package struct RewardsModel: Sendable, Equatable {
  package let world: RewardsWorld
  package internal(set) var state = RewardsState()
  /// Codes that were ever restocked, by reward.
  var pools: [String: Set<String>] = [:]
  private var activities: [String: Activity] = [:]
  private var answered: [String: Answered] = [:]
  /// All points that a resident was ever given, and that were ever taken away: what holds, debts and expiry made of
  /// them has to add up.
  private(set) var earned: [String: Int64] = [:]
  private(set) var clawedBack: [String: Int64] = [:]

  private struct Activity: Equatable {
    var resident: String
    var points: Int64
    var expiresOn: Day
    var isReversed = false
  }

  private struct Answered: Equatable {
    var request: RewardsJob.Request
    var answer: RewardsAnswer
  }

  package init(world: RewardsWorld) { self.world = world }

  /// - Parameter now: never before that of an earlier operation.
  package mutating func apply(_ operation: RewardsOperation, at now: Instant) -> RewardsAnswer {
    switch operation {
    case .earn(let activity, let resident, let points): earn(activity, resident, points, on: world.day(now))
    case .reverse(let activity): reverse(activity, on: world.day(now))
    case .expire: for resident in state.residents.keys { expire(resident, on: world.day(now)) }
    case .timeOut(let job): timeOut(job, at: now)
    case .timeOutAll: timeOutAll(at: now)
    case .job(let job): return answer(job, at: now)
    }
    return .silent
  }

  /// The same id and content is the same answer for ever; another content leaves what is remembered alone.
  private mutating func answer(_ job: RewardsJob, at now: Instant) -> RewardsAnswer {
    if let earlier = answered[job.id] {
      return earlier.request == job.request ? earlier.answer : .refused("id_conflict")
    }
    let answer: RewardsAnswer
    do throws(Refused) {
      answer = .done(try decide(job, at: now))
    } catch {
      answer = .refused(error.code)
    }
    answered[job.id] = Answered(request: job.request, answer: answer)
    return answer
  }
}

// What scoring does.
extension RewardsModel {
  mutating func earn(_ activity: String, _ resident: String, _ points: Int64, on today: Day) {
    guard activities[activity] == nil else { return }
    let expiry = world.policy.expiry(earnedOn: today)
    activities[activity] = Activity(resident: resident, points: points, expiresOn: expiry)
    if state.residents[resident] == nil { state.residents[resident] = .init() }
    expire(resident, on: today)
    give(points, to: resident, until: expiry)
    count(resident, actions: 1, points: points)
  }

  /// From the lot of the activity, then from what expires first; what is not there is owed.
  mutating func reverse(_ activity: String, on today: Day) {
    guard let reversed = activities[activity], !reversed.isReversed else { return }
    activities[activity]?.isReversed = true
    expire(reversed.resident, on: today)
    var left = reversed.points
    left -= take(left, from: reversed.resident) { $0.expiresOn == reversed.expiresOn }.total
    left -= take(left, from: reversed.resident) { _ in true }.total
    state.residents[reversed.resident]?.debt += left
    clawedBack[reversed.resident, default: 0] += reversed.points
    count(reversed.resident, actions: -1, points: -reversed.points)
  }

  private mutating func count(_ resident: String, actions: Int64, points: Int64) {
    guard var account = state.residents[resident] else { return }
    account.actions += actions
    account.reductionMilligrams += points * world.milligramsPerPoint
    account.title = world.titles.last { $0.fromMilligrams <= account.reductionMilligrams }?.code ?? ""
    state.residents[resident] = account
  }
}

// Points of one resident.
extension RewardsModel {
  mutating func expire(_ resident: String, on today: Day) {
    let ended = take(.max, from: resident) { $0.expiresOn < today }
    state.residents[resident]?.expired += ended.total
  }

  /// Points that are new, not those that come back.
  mutating func give(_ points: Int64, to resident: String, until day: Day) {
    earned[resident, default: 0] += points
    put(points, to: resident, until: day)
  }

  /// A debt is paid before anything else.
  mutating func put(_ points: Int64, to resident: String, until day: Day) {
    guard var account = state.residents[resident] else { return }
    let paid = min(points, account.debt)
    account.debt -= paid
    if points > paid {
      var byDay = Dictionary(uniqueKeysWithValues: account.lots.map { ($0.expiresOn, $0.points) })
      byDay[day, default: 0] += points - paid
      account.lots = byDay.map { .init(expiresOn: $0.key, points: $0.value) }.sorted { $0.expiresOn < $1.expiresOn }
    }
    state.residents[resident] = account
  }

  /// Takes points from lots that may be taken from, those first that expire first.
  ///
  /// - Returns: what was there, at most as much as asked for.
  mutating func take(
    _ points: Int64, from resident: String, where isAllowed: (RewardsState.Lot) -> Bool = { _ in true }
  ) -> [RewardsState.Lot] {
    var left = points
    var taken: [RewardsState.Lot] = []
    var kept: [RewardsState.Lot] = []
    for lot in state.residents[resident]?.lots ?? [] {
      let part = isAllowed(lot) ? min(left, lot.points) : 0
      left -= part
      if part > 0 { taken.append(.init(expiresOn: lot.expiresOn, points: part)) }
      if part < lot.points { kept.append(.init(expiresOn: lot.expiresOn, points: lot.points - part)) }
    }
    state.residents[resident]?.lots = kept
    return taken
  }

  /// Points that an administrator takes away for good.
  mutating func takeBack(_ points: Int64, from resident: String) throws(Refused) {
    guard let account = state.residents[resident], account.available >= points else {
      throw Refused("insufficient_points")
    }
    _ = take(points, from: resident)
    clawedBack[resident, default: 0] += points
  }
}

extension [RewardsState.Lot] {
  var total: Int64 { reduce(0) { $0 + $1.points } }
}

/// Why a job was not done: the code of the reply's error.
struct Refused: Error {
  let code: String
  init(_ code: String) { self.code = code }
}
