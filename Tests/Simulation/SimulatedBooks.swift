import CarbonInclusion
import Workers

/// The books of the shards in the simulated ledger, for one scoring lane: one session, and every wait for a lock.
final class SimulatedBooks: ScoringBooks {
  var whileWaiting: (() -> Bool)?
  private let stage: Stage
  private let actor: Int
  private let session: Int
  private var isBroken = false
  /// Whether the last batch met an id that it had not asked for.
  private var isCautious = false

  init(stage: Stage, actor: Int) throws {
    self.stage = stage
    self.actor = actor
    stage.pass(actor, microseconds: stage.with { $0.latency(of: actor) })
    let session: Int? = try stage.with { world in
      guard world.isAlive(actor) else { throw ProcessEnded() }
      guard world.ledger.awayUntil <= world.now else { return nil }
      world.leaveSession(of: actor, isSilent: false)
      world.actors[actor].session = world.ledger.connect()
      return world.actors[actor].session
    }
    guard let session else { throw ServerGone(server: "postgres") }
    self.session = session
  }

  func takeOver(shard: Int16) throws -> Int64 {
    for _ in 0..<3 {
      if try waitForFence(shard, milliseconds: 500) {
        return try call("raise the epoch of shard \(shard)") { [session] world in
          let epoch = world.ledger.raiseEpoch(shard, by: session)
          world.ledger.rollBack(session)
          return epoch
        }
      }
      try endOwner(of: shard)
    }
    throw BatchFault.collided("shard \(shard) is busy")
  }

  private func endOwner(of shard: Int16) throws {
    _ = try call("end the owner of shard \(shard)") { [session] world in
      guard world.mutation != .waitForZombies, let owner = world.ledger.shards[shard]?.fence.session,
        owner != session, case .inTransaction = world.ledger.sessions[owner]?.state
      else { return false }
      world.ledger.end(owner)
      return true
    }
  }

  func open(_ shards: [ShardEpoch]) throws -> [BatchOpening] {
    let begun = try call("BEGIN for \(shards.map { "shard \($0.shard), epoch \($0.epoch)" })") { [session] world in
      world.ledger.begin(session, now: world.now)
      return (now: world.now, owned: shards.filter { world.isOwner(of: $0.shard, epoch: $0.epoch) })
    }
    var owned: [ShardEpoch] = []
    for shard in begun.owned {
      guard try waitForFence(shard.shard, milliseconds: 5_000) else { throw BatchFault.collided("lock timeout") }
      // The row stays locked though its newest version is another owner's.
      if try call("look at the fence", { $0.isOwner(of: shard.shard, epoch: shard.epoch) }) { owned.append(shard) }
    }
    guard !owned.isEmpty else { throw BatchFault.fenced }
    return try call("read positions") { [session, owned] world in
      let openings = owned.map { opened in
        let state = world.ledger.shards[opened.shard] ?? .init()
        return BatchOpening(
          shard: opened.shard, batchNumber: state.fence.batchNumber + 1, nextEntryNumber: state.fence.nextEntryNumber,
          nextResidentNumber: state.fence.nextResidentNumber, now: Instant(microseconds: begun.now),
          catalogueVersion: SimulatedCatalogue.policy.version,
          highWaterMarks: world.mutation == .forgetMarks ? [:] : state.marks)
      }
      world.ledger.sessions[session]?.opened = zip(openings, owned).map { ($0, $1.epoch) }
      return openings
    }
  }

  /// Nothing is remembered: what is asked for, a seed decides.
  func isNew(_ key: ActivityKey, toShard shard: Int16) -> Bool {
    !isCautious && stage.with { $0.dice.chance(700) }
  }

  func answer(_ questions: [LedgerQuestions]) throws -> [LedgerAnswers] {
    try call("ask for \(questions.map(\.keys.count)) keys", quietly: true) { [session] world in
      zip(questions, world.ledger.opened(by: session)).map { world.ledger.answer($0, shard: $1) }
    }
  }

  func accounts(_ questions: [AccountQuestions]) throws -> [AccountAnswers] {
    try call("ask for \(questions.map(\.booked.count)) accounts", quietly: true) { [session] world in
      zip(questions, world.ledger.opened(by: session)).map { world.ledger.accounts($0, shard: $1) }
    }
  }

  func histories(_ windows: [[HistoryWindow]]) throws -> [HistoryAnswers] {
    try call("ask for \(windows.map(\.count)) histories", quietly: true) { [session] world in
      zip(windows, world.ledger.opened(by: session)).map { world.ledger.histories($0, shard: $1) }
    }
  }

  func book(_ bookings: [Booking]) throws {
    let refused = stage.with { $0.workload.refusedByDatabase }
    let entries = bookings.flatMap(\.entries)
    if entries.contains(where: { refused.contains($0.key.id) }) {
      _ = try call("COPY is refused") { world in world.witness.lastPoisonAt = world.now }
      throw BatchFault.refused("numeric value out of range")
    }
    for entry in entries.sorted(by: { $0.key.id < $1.key.id }) where entry.content != nil { try insert(entry.key) }
    let isFresh = try call("book \(entries.count) entries, \(bookings.map(\.refusals.count)) refusals") {
      [session] world in
      for (booking, shard) in zip(bookings, world.ledger.opened(by: session)) {
        let known = world.ledger.shards[shard]?.refusals ?? [:]
        guard booking.refusals.allSatisfy({ known[.init(position: $0.position, content: $0.content)] == nil }) else {
          return false
        }
      }
      world.ledger.sessions[session]?.bookings = bookings
      return true
    }
    guard isFresh else { throw BatchFault.collided("a refusal is booked already") }
  }

  /// Waits for another transaction that has inserted the same key, as a unique index does.
  private func insert(_ key: ActivityKey) throws {
    var waited = 0
    while true {
      let insertion = try call("insert \(key.id)") { [session] in $0.ledger.insert(key, by: session) }
      switch insertion {
      case .inserted: return
      case .violates:
        isCautious = true
        throw BatchFault.collided("\(key.id) is there already")
      case .waits: break
      }
      guard waited < 5_000 else { throw BatchFault.collided("lock timeout") }
      waited += 250
      try wait(milliseconds: 250, isWholeSecond: waited % 1_000 == 0)
    }
  }

  func commit() throws {
    stage.pass(actor, microseconds: stage.with { $0.latency(of: actor) })
    let answer = try stage.with { world in
      guard world.isAlive(actor) else { throw ProcessEnded() }
      return world.commit(session, actor: actor, isBroken: isBroken)
    }
    switch answer {
    case .committed:
      isCautious = false
      stage.pass(actor, microseconds: stage.with { $0.latency(of: actor) })
      guard stage.with({ $0.isAlive(actor) }) else { throw ProcessEnded() }
    case .unknown:
      isBroken = true
      guard stage.with({ $0.mutation }) != .trustUnknownCommit else { return }
      throw UnknownCommit("the connection was lost inside COMMIT")
    }
  }

  func rollBack() {
    guard !isBroken else { return }
    _ = try? call("ROLLBACK") { [session] world in
      if world.ledger.sessions[session]?.state != .committing { world.ledger.rollBack(session) }
      return true
    }
  }

  func catalogueVersion() throws -> Int32 { try call("catalogue") { _ in SimulatedCatalogue.policy.version } }

  func evidenceKey() throws -> [UInt8] { Array("a key of sixteen and more bytes".utf8) }

  func policy(version: Int32) throws -> Policy { SimulatedCatalogue.policy }

  // MARK: Waiting

  private func waitForFence(_ shard: Int16, milliseconds: Int) throws -> Bool {
    var waited = 0
    while true {
      let isLocked = try call("lock the fence of shard \(shard)") { [session] world in
        world.endForgottenOwner(of: shard)
        return world.ledger.lockFence(shard, by: session)
      }
      if isLocked { return true }
      guard waited < milliseconds else { return false }
      waited += 250
      try wait(milliseconds: 250, isWholeSecond: waited % 1_000 == 0)
    }
  }

  private func wait(milliseconds: Int, isWholeSecond: Bool) throws {
    stage.pass(actor, microseconds: Int64(milliseconds) * 1000)
    guard !isWholeSecond || whileWaiting?() ?? true else { throw lose("gave up") }
  }

  /// A statement of a slow database: the lane is asked each second whether it goes on waiting.
  private func waitForSlowDatabase() throws {
    var seconds = stage.with { world in world.slowUntil > world.now ? world.dice.roll(0...4) : 0 }
    while seconds > 0 {
      seconds -= 1
      try wait(milliseconds: 1_000, isWholeSecond: true)
    }
  }

  private func call<Value: Sendable>(
    _ what: @autoclosure () -> String, quietly: Bool = false, _ effect: (inout World) -> Value
  ) throws -> Value {
    guard !isBroken else { throw ServerGone(server: "postgres") }
    stage.pass(actor, microseconds: stage.with { $0.latency(of: actor) })
    try waitForSlowDatabase()
    let value: Value? = try stage.with { world in
      guard world.isAlive(actor) else { throw ProcessEnded() }
      guard world.ledger.awayUntil <= world.now, let state = world.ledger.sessions[session]?.state else { return nil }
      let trouble = world.trouble(for: actor)
      guard trouble == nil || trouble == .lostReply else { return nil }
      if case .inTransaction = state { world.ledger.sessions[session]?.state = .inTransaction(since: world.now) }
      let value = effect(&world)
      world.note("\(what())\(quietly ? "" : " → \(value)")\(trouble == nil ? "" : " ✗ reply lost")", actor: actor)
      return trouble == nil ? value : nil
    }
    guard let value else { throw lose(what()) }
    stage.pass(actor, microseconds: stage.with { $0.latency(of: actor) })
    guard stage.with({ $0.isAlive(actor) }) else { throw ProcessEnded() }
    return value
  }

  private func lose(_ what: String) -> ServerGone {
    isBroken = true
    stage.with { world in
      world.note("\(what) ✗ the database is gone", actor: actor)
      if world.actors[actor].session == session {
        let isSilent = !world.isHealing && world.dice.chance(300)
        world.leaveSession(of: actor, isSilent: isSilent)
      }
    }
    return ServerGone(server: "postgres")
  }
}
