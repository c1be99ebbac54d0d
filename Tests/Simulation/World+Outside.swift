import CarbonInclusion
import Messages

/// What happens to the fleet from outside: partners, operators, and everything that breaks.
extension World {
  mutating func happenOutside() {
    nextEventAt = now + dice.milliseconds(0...(2 * plan.gapMs))
    if messagesLeft > 0, faultsLeft == 0 || plan.faults.isEmpty || dice.chance(600) {
      pushMessages()
    } else if faultsLeft > 0, !plan.faults.isEmpty {
      faultsLeft -= 1
      strike(dice.pick(plan.faults))
    } else {
      heal()
    }
    if dice.chance(300) { redis.writeOut() }
  }

  private mutating func pushMessages() {
    // A partner whose server is away pushes later.
    guard redis.awayUntil <= now else { return }
    for _ in 0..<min(messagesLeft, dice.roll(1...plan.burst)) {
      messagesLeft -= 1
      let message = workload.next(&dice)
      push(message, atTail: false)
    }
  }

  private mutating func push(_ message: PushedMessage, atTail: Bool) {
    let number = witness.pushed(message)
    redis.memory.pushes = number + 1
    let element = SimulatedRedis.Element(bytes: message.bytes, push: number)
    if atTail {
      redis[.inbox(message.partner)].insert(element, at: 0)
    } else {
      redis[.inbox(message.partner)].append(element)
    }
    let text = String(decoding: message.bytes, as: UTF8.self)
    note("\(SimulatedCatalogue.partners[message.partner]) push \(number): \(text)")
  }

  private mutating func strike(_ fault: Fault) {
    let victim = dice.roll(0...actors.count - 1)
    switch fault {
    case .kill: if mayDisturb(victim) { kill(victim, isHostLoss: false, "killed") }
    case .hostLoss: if mayDisturb(victim) { kill(victim, isHostLoss: true, "gone with its machine") }
    case .freeze: if mayDisturb(victim) { freeze(victim) }
    case .stop: stop(victim)
    case .redisRestart: restartRedis(losingTail: false)
    case .tailLoss: restartRedis(losingTail: true)
    case .redisAway:
      guard actors.indices.allSatisfy({ mayDisturb($0) }) else { return }
      redis.awayUntil = now + dice.milliseconds(100...20_000)
    case .postgresRestart: restartPostgres()
    case .postgresAway: ledger.awayUntil = now + dice.milliseconds(100...40_000)
    case .sessionEnd: endSession(of: victim)
    case .slowDatabase: slowUntil = now + dice.milliseconds(1_000...60_000)
    case .clockStep:
      guard actors.indices.allSatisfy({ mayDisturb($0) }) else { return }
      redis.clockSkew += dice.milliseconds(0...40_000) - 20_000_000
    case .pause: pauseOrResume()
    case .flush: flushRedis()
    case .tampering: tamper()
    case .lostRequest, .lostReply, .lateRequest, .failpoint, .unknownCommit, .lateCommit: return
    }
    note("fault: \(fault.rawValue)")
  }

  /// Whether an actor may be struck now. Something innocent that is worked on alone is disturbed twice at most: after
  /// three times nobody could tell it from poison.
  mutating func mayDisturb(_ index: Int) -> Bool {
    guard let hand = actors[index].hand else { return true }
    guard disturbances[hand, default: 0] < 2 else { return false }
    disturbances[hand, default: 0] += 1
    return true
  }

  mutating func kill(_ index: Int, isHostLoss: Bool, _ why: String) {
    guard !actors[index].isDead else { return }
    note(why, actor: index)
    actors[index].isDead = true
    if !isOver { actors[index].wakeAt = now }
    if let hand = actors[index].hand { witness.deathsAlone[hand, default: 0] += 1 }
    actors[index].hand = nil
    leaveSession(of: index, isSilent: isHostLoss)
  }

  /// The client is gone; the server learns of it at once, or by its keepalives.
  mutating func leaveSession(of index: Int, isSilent: Bool) {
    guard let session = actors[index].session else { return }
    actors[index].session = nil
    if isSilent, mutation == .waitForZombies { return }
    if isSilent {
      late.append(.init(at: now + 25_000_000) { $0.ledger.end(session) })
    } else {
      ledger.end(session)
    }
  }

  private mutating func freeze(_ index: Int) {
    actors[index].wakeAt = max(actors[index].wakeAt, now + dice.milliseconds(500...40_000))
    let milliseconds = (actors[index].wakeAt - now) / 1000
    note("frozen for \(milliseconds) ms", actor: index)
  }

  private mutating func stop(_ index: Int) {
    actors[index].isStopping = true
    if actors[index].isSleeping { actors[index].wakeAt = now }
    note("told to stop", actor: index)
  }

  private mutating func restartRedis(losingTail: Bool) {
    redis.restart(awayUntil: now + dice.milliseconds(10...5_000), losingTail: losingTail)
    if losingTail {
      for push in redis.memory.pushes..<witness.pushes.count { witness.lose(push) }
      redis.memory.pushes = witness.pushes.count
    }
  }

  private mutating func flushRedis() {
    for push in redis.memory.lists.values.joined().compactMap(\.push) { witness.lose(push) }
    for (name, list) in redis.memory.lists {
      if case .score = name { for block in list { loseMessages(of: block) } }
    }
    redis.flush()
  }

  private mutating func pauseOrResume() {
    let shard = ShardMap.shard(ofResident: workload.residents[0])
    let lists: [SimulatedRedis.ListName] = [.inbox(0), .inbox(1), .score(shard)]
    redis.pause(dice.pick(lists), dice.chance(600))
  }

  private mutating func restartPostgres() {
    settleCommits()
    ledger.endAll()
    ledger.awayUntil = now + dice.milliseconds(10...5_000)
  }

  private mutating func endSession(of index: Int) {
    guard let session = actors[index].session else { return }
    ledger.end(session)
  }

  private mutating func tamper() {
    let partner = dice.roll(0...SimulatedCatalogue.partners.count - 1)
    let name = SimulatedRedis.ListName.inbox(partner)
    switch dice.roll(0...2) {
    case 0:
      for _ in 0..<dice.roll(1...3) where !redis[name].isEmpty {
        if let push = redis[name].removeFirst().push { witness.lose(push) }
      }
    case 1:
      for push in redis[name].compactMap(\.push) { witness.lose(push) }
      redis[name] = []
    default:
      push(PushedMessage(partner: partner, bytes: workload.next(&dice).bytes), atTail: true)
    }
    let left = redis[name].count
    note("inbox of \(SimulatedCatalogue.partners[partner]) changed by hand, now \(left)")
  }

  /// From now on nothing breaks any more, but for poison.
  private mutating func heal() {
    note("healed")
    healedAt = now
    nextEventAt = now
    redis.awayUntil = 0
    redis.resumeAll()
    ledger.awayUntil = 0
    slowUntil = 0
  }

  /// Drained, or not within the time that it may take.
  mutating func lookForEnd() {
    nextEventAt = now + 500_000
    guard let healedAt else { return }
    let isDrained = redis.memory.lists.isEmpty && late.isEmpty
    if isDrained {
      let milliseconds = (now - healedAt) / 1000
      note("drained after \(milliseconds) ms")
      return end()
    }
    // Poison may hold its list up again and again: nine deaths of half a minute a copy, and crashes make copies.
    let poison = witness.pushes.count { $0.id.map(workload.poison.contains) ?? false }
    let quiet = now - max(healedAt, witness.lastPoisonAt)
    if quiet > 240_000_000 || now - healedAt > 240_000_000 + Int64(poison) * 1_500_000_000 {
      let left = redis.memory.lists.sorted { "\($0.key)" < "\($1.key)" }.map { "\($0.key): \($0.value.count)" }
      let seconds = (now - healedAt) / 1_000_000
      fail("not drained \(seconds) s after everything was healed: \(left.joined(separator: ", "))")
    }
  }
}
