/// What `Queues/LeasedList` and the adapter over it do, command by command, for one list and one connection.
final class LeasedListClient {
  let list: SimulatedRedis.ListName
  private let wire: RedisWire
  private let owner: String
  private let lengthMs: Int64
  private let mutation: Mutation?
  private var seemsOurs = false
  private var seemsSuspect = false
  private(set) var holding: SimulatedRedis.Holding?
  private var claimed: Claimed?

  init(list: SimulatedRedis.ListName, wire: RedisWire) {
    self.list = list
    self.wire = wire
    (owner, lengthMs, mutation) = wire.stage.with { [actor = wire.actor] world in
      (world.actors[actor].owner(actor), Int64(world.plan.leaseMs), world.mutation)
    }
  }

  struct Claimed: Sendable {
    var verdict: SimulatedRedis.Verdict
    var elements: [SimulatedRedis.Element]
  }

  /// Claims and reads, takes a suspect message up, and takes over at once from a process that is known to be gone.
  func read(count: Int) throws -> Claimed? {
    var gone: String?
    for _ in 0..<2 {
      switch try claim(count: count, gone: gone) {
      case .owned(let claimed):
        hold(claimed)
        if claimed.verdict.isSuspect { guard try takeUp() else { return nil } }
        return claimed
      case .leased(let other):
        guard gone == nil, wire.stage.with({ [actor = wire.actor] in $0.isGone(other, seenBy: actor) }) else {
          return nil
        }
        gone = other
      case .empty: return nil
      }
    }
    return nil
  }

  /// What `Queues/LeasedLists` does for one of several lists: nothing is taken up, and nobody's list taken over early.
  func readAmongOthers(count: Int) throws -> Claimed? {
    let first = try verdict(count: count, gone: nil)
    let elements = try peek(count: count)
    let isStill = try mutation == .noSecondVerdict || stand() == first.stand
    guard first.kind == .owned, isStill, !elements.isEmpty else { return nil }
    let claimed = Claimed(verdict: first, elements: elements)
    hold(claimed)
    return claimed
  }

  private func hold(_ claimed: Claimed) {
    holding = .init(
      list: list, owner: owner, lengthMs: lengthMs, epoch: claimed.verdict.epoch,
      incarnation: claimed.verdict.incarnation, position: claimed.verdict.position)
    self.claimed = claimed
  }

  private enum Result {
    case owned(Claimed)
    case leased(String)
    case empty
  }

  private func claim(count: Int, gone: String?) throws -> Result {
    let count = seemsSuspect ? 1 : count
    for _ in 0..<3 {
      var before: SimulatedRedis.Verdict?
      if !seemsOurs {
        let verdict = try verdict(count: count, gone: gone)
        switch verdict.kind {
        case .owned: before = verdict
        case .leased: return .leased(verdict.owner)
        case .empty, .paused: return .empty
        }
      }
      let first = try before ?? verdict(count: count, gone: nil)
      let elements = try peek(count: count)
      let isStill = try mutation == .noSecondVerdict || stand() == first.stand
      switch first.kind {
      case .leased:
        seemsOurs = false
        return .leased(first.owner)
      case .empty, .paused:
        seemsOurs = false
        return .empty
      case .owned where isStill && !elements.isEmpty:
        seemsOurs = true
        seemsSuspect = first.isSuspect
        return .owned(.init(verdict: first, elements: first.isSuspect ? Array(elements.prefix(1)) : elements))
      case .owned: continue
      }
    }
    return .leased(owner)
  }

  private func verdict(count: Int, gone: String?) throws -> SimulatedRedis.Verdict {
    let (list, owner, lengthMs, actor) = (list, owner, lengthMs, wire.actor)
    return try wire.call("claim \(list)") { world in
      world.actors[actor].hand = nil
      let micros = world.now + world.redis.clockSkew
      let verdict = world.redis.claim(
        list, owner: owner, lengthMs: lengthMs, gone: gone, count: count, micros: micros,
        run: world.redis.run)
      if verdict.isNewLife { world.witness.newLives += 1 }
      return verdict
    }
  }

  /// What the lease says after the messages were read.
  private func stand() throws -> SimulatedRedis.Stand? {
    let list = list
    return try wire.call("HMGET lease of \(list)") { world in
      world.redis.memory.leases[list].map { .init(epoch: $0.epoch, incarnation: $0.incarnation, position: $0.position) }
    }
  }

  private func peek(count: Int) throws -> [SimulatedRedis.Element] {
    let list = list
    return try wire.call("LRANGE \(list)") { world in Array(world.redis[list].prefix(count)) }
  }

  func takeUp() throws -> Bool {
    guard let claimed, let digest = claimed.elements.first?.digest else { return false }
    let (actor, deaths) = (wire.actor, claimed.verdict.attemptsAlone)
    return try hold(.alone, hand: digest) { world in
      world.actors[actor].hand = digest
      let seen = world.witness.deathsAlone[digest, default: 0] + world.disturbances[digest, default: 0]
      if deaths > seen { world.fail("\(deaths) deaths alone are counted, and there were \(seen)") }
    }
  }

  func setDown() throws -> Bool {
    let (actor, mutation) = (wire.actor, mutation)
    return try hold(mutation == .neverSetDown ? nil : .messages(0)) { $0.actors[actor].hand = nil }
  }

  func renew() throws -> Bool { try hold(nil) { _ in } }

  private func hold(
    _ inHand: Lease.Hand?, hand: UInt64? = nil, _ then: @escaping @Sendable (inout World) -> Void
  ) throws -> Bool {
    guard let holding else { return false }
    let holds = try wire.call("hold \(list) \(inHand.map { "\($0)" } ?? "as before")", hand: hand) { world in
      let micros = world.now + world.redis.clockSkew
      let holds = world.redis.settle(holding, count: 0, release: false, hand: inHand, micros: micros) != nil
      if holds { then(&world) }
      return holds
    }
    if !holds { seemsOurs = false }
    return holds
  }

  /// Takes the oldest messages off the list and gives it back.
  func trim(
    count: Int, check: @escaping @Sendable (inout World, SimulatedRedis.Holding, [SimulatedRedis.Element]) -> Void
  )
    throws -> Bool
  {
    guard let holding else { return false }
    let actor = wire.actor
    let trimmed = try wire.call("trim \(count) of \(list)") { world in
      let micros = world.now + world.redis.clockSkew
      world.actors[actor].hand = nil
      guard let taken = world.redis.settle(holding, count: count, release: true, hand: .messages(0), micros: micros)
      else { return false }
      check(&world, holding, taken)
      return true
    }
    seemsOurs = false
    return trimmed
  }

  func handBack() throws {
    guard let holding else { return }
    seemsOurs = false
    let actor = wire.actor
    _ = try wire.call("hand \(list) back") { world in
      world.actors[actor].hand = nil
      let micros = world.now + world.redis.clockSkew
      return world.redis.settle(holding, count: 0, release: true, hand: .messages(0), micros: micros) != nil
    }
  }

  func fail() throws {
    guard let holding else { return }
    seemsOurs = false
    let digest = claimed?.elements.first?.digest ?? 0
    let actor = wire.actor
    _ = try wire.call("fail \(list)") { world in
      world.actors[actor].hand = nil
      world.witness.deathsAlone[digest, default: 0] += 1
      return world.redis.fail(holding)
    }
  }

  func split(into parts: [[UInt8]]) throws -> Bool {
    guard let holding else { return false }
    seemsOurs = false
    let actor = wire.actor
    return try wire.call("split \(list) into \(parts.count)") { world in
      world.actors[actor].hand = nil
      return world.redis.split(holding, into: parts)
    }
  }
}

extension World {
  /// Whether the process of an owner ran on the same host, and is no more.
  func isGone(_ owner: String, seenBy actor: Int) -> Bool {
    let parts = owner.split(separator: ":")
    guard parts.count == 4, parts[0] == "host-\(actors[actor].host)", let index = Int(parts[1]),
      let generation = Int(parts[2]), actors.indices.contains(index)
    else { return false }
    return actors[index].generation != generation || actors[index].isDead
  }
}
