import CarbonInclusion

/// Everything of a run but the lanes' own memory: the servers, time, chance, and who goes on next.
///
/// A discrete simulation: each lane sleeps until its moment, and time jumps to the next of these moments.
struct World: Sendable {
  let seed: UInt64
  let mutation: Mutation?
  let plan: RunPlan
  var dice: Dice
  /// Microseconds since 1970.
  var now: Int64
  var redis: SimulatedRedis
  var ledger: SimulatedLedger
  var actors: [Actor] = []
  var workload: Workload
  var witness = Witness()
  var trace: Trace
  var late: [LateEffect] = []
  var nextEventAt: Int64
  var messagesLeft: Int
  var faultsLeft: Int
  /// When the last fault was over, once it is.
  var healedAt: Int64?
  var slowUntil: Int64 = 0
  /// How many times something innocent in a lane's hand was disturbed, by its digest.
  var disturbances: [UInt64: Int] = [:]
  private(set) var steps = 0
  private(set) var failure: String?
  private(set) var isOver = false
  private var hasEnded = false

  /// What a server does after its client gave up waiting.
  struct LateEffect: Sendable {
    var at: Int64
    var effect: @Sendable (inout World) -> Void
  }

  /// Whose turn it is.
  enum Turn: Sendable, Equatable {
    case actor(Int)
    case curtain
  }

  /// 2022-11-30 12:00 in Shanghai.
  private static let beginning: Int64 = 1_669_780_800_000_000
  private static let mostSteps = 400_000

  init(seed: UInt64, mutation: Mutation?, isTracing: Bool) {
    var dice = Dice(seed: seed)
    let plan = RunPlan(dice: &dice)
    self.seed = seed
    self.mutation = mutation
    self.plan = plan
    self.dice = dice
    self.now = Self.beginning
    self.redis = SimulatedRedis(mutation: mutation)
    self.ledger = SimulatedLedger(mutation: mutation)
    self.workload = Workload(plan: plan)
    self.trace = Trace(isKept: isTracing)
    self.nextEventAt = now
    self.messagesLeft = plan.messages
    self.faultsLeft = plan.faultsLeft
    for (role, count) in [(Actor.Role.ingest, plan.ingestLanes), (.score, plan.scoringLanes)] {
      for _ in 0..<count {
        actors.append(
          Actor(role: role, host: self.dice.roll(1...plan.hosts), wakeAt: now + self.dice.milliseconds(0...300)))
      }
    }
  }

  var isHealing: Bool { healedAt != nil }

  /// Ends the run with what is wrong.
  mutating func fail(_ what: String) {
    guard failure == nil else { return }
    failure = what
    isOver = true
    note("VIOLATION: \(what)")
  }

  mutating func end() { isOver = true }

  mutating func note(_ text: @autoclosure () -> String, actor: Int? = nil) {
    trace.add(text(), at: now - Self.beginning, actor: actor.map { "\(actors[$0].role.rawValue)-\($0)" })
  }

  /// Lets an actor sleep and says who goes on.
  mutating func turn(after actor: Int, microseconds: Int64) -> Turn {
    actors[actor].wakeAt = now + microseconds
    steps += 1
    if steps > Self.mostSteps { fail("the run does not end: \(Self.mostSteps) steps") }
    while !isOver {
      let next = nextActor()
      let event = min(nextEventAt, late.map(\.at).min() ?? .max)
      if event > actors[next].wakeAt {
        now = max(now, actors[next].wakeAt)
        trace.mix(UInt64(bitPattern: now) ^ UInt64(next))
        return .actor(next)
      }
      now = max(now, event)
      happen()
    }
    // Once the curtain has fallen, each lane goes on by itself until it has left.
    if hasEnded { return .actor(actor) }
    hasEnded = true
    return .curtain
  }

  /// The one that wakes first; of several one by chance.
  private mutating func nextActor() -> Int {
    var first = 0
    var ties = 1
    for index in 1..<actors.count {
      if actors[index].wakeAt < actors[first].wakeAt {
        (first, ties) = (index, 1)
      } else if actors[index].wakeAt == actors[first].wakeAt {
        ties += 1
        if dice.roll(1...ties) == 1 { first = index }
      }
    }
    return first
  }

  private mutating func happen() {
    if let index = late.indices.min(by: { late[$0].at < late[$1].at }), late[index].at <= now {
      let effect = late.remove(at: index)
      effect.effect(&self)
      return
    }
    if isHealing { lookForEnd() } else { happenOutside() }
  }
}
