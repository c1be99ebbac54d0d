import Workers

/// One connection of a lane to the simulated Redis. After any loss it is of no use any more.
final class RedisWire {
  let stage: Stage
  let actor: Int
  private let run: Int
  private(set) var isBroken = false

  init(stage: Stage, actor: Int) throws {
    self.stage = stage
    self.actor = actor
    stage.pass(actor, microseconds: stage.with { $0.latency(of: actor) })
    let run: Int? = try stage.with { world in
      guard world.isAlive(actor) else { throw ProcessEnded() }
      return world.redis.awayUntil <= world.now ? world.redis.run : nil
    }
    guard let run else { throw ServerGone(server: "redis") }
    self.run = run
  }

  /// Waits for word from others: when it comes, a seed decides.
  func sleep(atMostMilliseconds milliseconds: Int) {
    let (actor, stage) = (actor, stage)
    let microseconds = stage.with { $0.dice.milliseconds(1...milliseconds) }
    stage.with { $0.actors[actor].isSleeping = true }
    stage.pass(actor, microseconds: microseconds)
    stage.with { $0.actors[actor].isSleeping = false }
  }

  private enum Reply<Value: Sendable>: Sendable {
    case done(Value)
    case lost(knownAfter: Int64)
    case ended
  }

  /// Sends a command and waits for its reply.
  ///
  /// - Parameters:
  ///   - hand: what the lane has in hand alone once the command was carried out.
  ///   - effect: what the server does, in one step.
  func call<Value: Sendable>(
    _ what: @autoclosure () -> String, hand: UInt64? = nil, _ effect: @escaping @Sendable (inout World) -> Value
  ) throws -> Value {
    guard !isBroken else { throw ServerGone(server: "redis") }
    let actor = actor
    stage.pass(actor, microseconds: stage.with { $0.latency(of: actor) })
    let reply = stage.with { world in carryOut(in: &world, what(), hand, effect) }
    switch reply {
    case .ended: throw ProcessEnded()
    case .lost(let microseconds):
      isBroken = true
      stage.pass(actor, microseconds: microseconds)
      throw ServerGone(server: "redis")
    case .done(let value):
      stage.pass(actor, microseconds: stage.with { $0.latency(of: actor) })
      guard stage.with({ $0.isAlive(actor) }) else { throw ProcessEnded() }
      return value
    }
  }

  private func carryOut<Value: Sendable>(
    in world: inout World, _ what: @autoclosure () -> String, _ hand: UInt64?,
    _ effect: @escaping @Sendable (inout World) -> Value
  ) -> Reply<Value> {
    guard world.isAlive(actor) else { return .ended }
    guard world.redis.awayUntil <= world.now, world.redis.run == run else { return lose(in: &world, what(), "away") }
    let trouble = world.trouble(for: actor, hand: hand)
    switch trouble {
    case nil:
      let value = effect(&world)
      world.note("\(what()) → \(value)", actor: actor)
      return .done(value)
    case .lostRequest: break
    case .lostReply: _ = effect(&world)
    case .lateRequest:
      let (run, actor) = (run, actor)
      world.late.append(
        .init(at: world.now + world.dice.milliseconds(1...20_000)) { world in
          guard world.redis.run == run, world.redis.awayUntil <= world.now else { return }
          // What the lane has in hand by now is no matter of this request.
          let hand = world.actors[actor].hand
          _ = effect(&world)
          world.actors[actor].hand = hand
          world.note("a late request is carried out")
        })
    }
    return lose(in: &world, what(), trouble.map { "\($0)" } ?? "")
  }

  private func lose<Value>(in world: inout World, _ what: @autoclosure () -> String, _ why: String) -> Reply<Value> {
    let microseconds = world.timeUntilLossIsKnown(by: actor)
    if let hand = world.actors[actor].hand { world.disturbances[hand, default: 0] += 1 }
    world.actors[actor].hand = nil
    world.note("\(what()) ✗ \(why)", actor: actor)
    return .lost(knownAfter: microseconds)
  }
}
