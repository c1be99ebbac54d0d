import CarbonInclusion

/// Draws plans from seeds. It follows the plan in a model of its own, so that it knows what is open, due and scarce.
package struct RewardsGenerator {
  /// What a system's driver can do.
  package struct Habits: Sendable {
    /// Whether single jobs are timed out; otherwise it is always everything that is due.
    package var timesOutOneByOne: Bool
    /// Whether a job may be repeated from another administrator's list.
    package var repeatsByOthers: Bool
    /// Percent of the steps that are races, and batches of more than one job.
    package var races: Int
    package var batches: Int

    package init(timesOutOneByOne: Bool = true, repeatsByOthers: Bool = true, races: Int = 15, batches: Int = 15) {
      self.timesOutOneByOne = timesOutOneByOne
      self.repeatsByOthers = repeatsByOthers
      self.races = races
      self.batches = batches
    }
  }

  let world: RewardsWorld
  let habits: Habits
  var dice: RewardsDice
  var model: RewardsModel
  var now: Instant
  /// Jobs so far, but those of speakers who may not do what they ask for.
  var jobs: [RewardsJob] = []
  var activities: [String] = []
  var codes: [(reward: String, code: String)] = []
  private var lastJob = 0

  /// The same seed gives the same plan everywhere.
  package static func plan(
    seed: UInt64, length: Int, world: RewardsWorld = .small, habits: Habits = .init()
  ) -> RewardsPlan {
    var generator = RewardsGenerator(seed: seed, world: world, habits: habits)
    let start = generator.now
    var steps = generator.furnish()
    while steps.count < length { steps.append(generator.step()) }
    return RewardsPlan(seed: seed, start: start, steps: steps)
  }

  private init(seed: UInt64, world: RewardsWorld, habits: Habits) {
    self.world = world
    self.habits = habits
    dice = RewardsDice(seed: seed)
    model = RewardsModel(world: world)
    // Somewhere between the middle of January 2023 and the end of the year, at a full second.
    now = Instant(seconds: 1_673_712_000 + Int64(dice.roll(0...350 * 86_400)))
  }

  /// Without points and stock nothing but refusals would happen.
  private mutating func furnish() -> [RewardsStep] {
    var steps: [RewardsStep] = []
    for reward in world.rewards where dice.chance(70) {
      steps.append(follow([.job(job(.restock(reward: reward.code, stock(for: reward))))]))
    }
    for _ in 0..<dice.roll(0...6) { steps.append(follow([earning()])) }
    return steps
  }

  private mutating func step() -> RewardsStep {
    if dice.chance(12) {
      let seconds = waiting()
      now = now.adding(seconds: seconds)
      return .wait(seconds: seconds)
    }
    if dice.chance(habits.races) { return race() }
    guard dice.chance(habits.batches) else { return follow([operation()]) }
    var operations: [RewardsOperation] = []
    for _ in 0..<dice.roll(2...8) {
      let next = RewardsOperation.job(anyJob())
      _ = model.apply(next, at: now)
      operations.append(next)
    }
    return .batch(operations)
  }

  private mutating func race() -> RewardsStep {
    var operations = [dice.chance(60) ? .job(anyJob()) : operation()]
    _ = model.apply(operations[0], at: now)
    for _ in 0..<(dice.chance(20) ? 2 : 1) {
      let next = rival(of: operations[0])
      _ = model.apply(next, at: now)
      operations.append(next)
    }
    return .race(operations)
  }

  private mutating func follow(_ operations: [RewardsOperation]) -> RewardsStep {
    for operation in operations { _ = model.apply(operation, at: now) }
    return .batch(operations)
  }

  /// A job with an id of its own, of some administrator unless one is named.
  mutating func job(_ request: RewardsJob.Request, by speaker: RewardsJob.Speaker? = nil) -> RewardsJob {
    lastJob += 1
    let job = RewardsJob(
      id: "j\(lastJob)", by: speaker ?? .administrator(dice.pick(world.administrators)), request)
    jobs.append(job)
    return job
  }

  /// One that its speaker may not ask for. It is never repeated: whether its id is taken then is up to the system.
  mutating func forbidden() -> RewardsJob {
    let job = job(request(), by: .partner(dice.pick(world.partners)))
    switch job.request {
    case .confirm, .fail: return job
    default:
      jobs.removeLast()
      return job
    }
  }
}
