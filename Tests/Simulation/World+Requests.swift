import CarbonInclusion
import Workers

/// What a lane meets on its way to a server and back.
extension World {
  enum Trouble: Sendable { case lostRequest, lostReply, lateRequest }

  func isAlive(_ actor: Int) -> Bool { !actors[actor].isDead && !isOver }

  /// Microseconds that pass on the way.
  mutating func latency(of actor: Int) -> Int64 {
    if !isHealing, dice.chance(plan.slowPerMille) {
      // Something innocent in hand must not look as if it had killed its lane.
      return dice.milliseconds(0...(actors[actor].hand == nil ? plan.slowMs : min(plan.slowMs, plan.leaseMs / 20)))
    }
    switch dice.roll(0...9) {
    case 0..<6: return 0
    case 6..<9: return dice.milliseconds(0...3)
    default: return dice.milliseconds(0...30)
    }
  }

  /// - Parameter hand: what would be in the actor's hand if the request were carried out.
  mutating func trouble(for actor: Int, hand: UInt64? = nil) -> Trouble? {
    guard !isHealing, dice.chance(plan.requestTroublePerMille) else { return nil }
    let troubles: [(Fault, Trouble)] = [
      (.lostRequest, .lostRequest), (.lostReply, .lostReply), (.lateRequest, .lateRequest),
    ]
    let enabled = troubles.filter { plan.faults.contains($0.0) }
    guard !enabled.isEmpty else { return nil }
    if let hand {
      guard disturbances[hand, default: 0] < 2 else { return nil }
      disturbances[hand, default: 0] += 1
    } else if !mayDisturb(actor) {
      return nil
    }
    return dice.pick(enabled.map(\.1))
  }

  /// How long a client waits before it knows that nobody answers.
  mutating func timeUntilLossIsKnown(by actor: Int) -> Int64 {
    dice.chance(700) || actors[actor].hand != nil ? 0 : dice.milliseconds(500...10_000)
  }

  /// What a failpoint does to a lane that reaches it.
  mutating func reach(_ point: Failpoints.Point, _ actor: Int) throws {
    guard isAlive(actor) else { throw ProcessEnded() }
    guard plan.faults.contains(.failpoint), !isHealing, dice.chance(4 * plan.requestTroublePerMille), mayDisturb(actor)
    else { return }
    guard dice.chance(500) else {
      note("fails \(point.rawValue)", actor: actor)
      throw ServerGone(server: "failpoint \(point.rawValue)")
    }
    kill(actor, isHostLoss: false, "killed \(point.rawValue)")
    throw ProcessEnded()
  }

  /// A message that kills whoever works on it, at that stage.
  func isPoison(_ id: String, at role: Failpoints.Role) -> Bool {
    switch role {
    case .ingest: workload.poisonAtIngest.contains(id)
    case .score: workload.poisonAtScoring.contains(id)
    case .rewards: false
    }
  }

  /// A lane begins to work on what will end it, now or once its watchdog has seen that it computes without end.
  mutating func swallowPoison(_ actor: Int, id: String) {
    let hand = actors[actor].hand
    witness.poisonDeaths[id, default: .init()].count(isAlone: hand != nil)
    if let hand { witness.deathsAlone[hand, default: 0] += 1 }
    actors[actor].hand = nil
    witness.lastPoisonAt = now
    note("is done for: works on \(id)\(hand == nil ? "" : ", alone")", actor: actor)
  }
}

/// The lane's process is no more; whatever it still does has no effect.
struct ProcessEnded: Error {}

/// A connection is lost, or cannot be had.
struct ServerGone: Error {
  let server: String
}
