import CarbonInclusion

/// COMMIT, and everything that can be wrong with a batch.
extension World {
  enum CommitAnswer: Sendable { case committed, unknown }

  func isOwner(of shard: Int16, epoch: Int64) -> Bool {
    mutation == .noFence || ledger.shards[shard]?.fence.epoch == epoch
  }

  /// What `idle_in_transaction_session_timeout` does.
  mutating func endForgottenOwner(of shard: Int16) {
    guard mutation != .waitForZombies, let holder = ledger.fenceHolders[shard],
      case .inTransaction(let since) = ledger.sessions[holder]?.state,
      now - since > 30_000_000
    else { return }
    note("session \(holder) said nothing for 30 s")
    ledger.end(holder)
  }

  mutating func commit(_ session: Int, actor: Int, isBroken: Bool) -> CommitAnswer {
    guard !isBroken, ledger.awayUntil <= now, ledger.sessions[session] != nil else {
      note("COMMIT ✗ the database is gone", actor: actor)
      return .unknown
    }
    let enabled = plan.faults.filter { $0 == .unknownCommit || $0 == .lateCommit }
    guard !isHealing, !enabled.isEmpty, dice.chance(plan.requestTroublePerMille * 4), mayDisturb(actor) else {
      carryOutCommit(of: session)
      note("COMMIT", actor: actor)
      return .committed
    }
    actors[actor].session = nil
    switch dice.pick(enabled) {
    case .lateCommit:
      ledger.sessions[session]?.state = .committing
      note("COMMIT ✗ not answered, under way", actor: actor)
      late.append(.init(at: now + dice.milliseconds(1...20_000)) { $0.finishCommit(of: session) })
    default:
      let isDone = dice.chance(500)
      note("COMMIT ✗ not answered, \(isDone ? "done" : "not done")", actor: actor)
      if isDone { carryOutCommit(of: session) }
      ledger.end(session)
    }
    return .unknown
  }

  mutating func finishCommit(of session: Int) {
    guard ledger.sessions[session]?.state == .committing else { return }
    carryOutCommit(of: session)
    note("the late COMMIT of session \(session) is carried out")
    ledger.end(session)
  }

  /// A restart of the server settles what was under way.
  mutating func settleCommits() {
    for session in ledger.sessions.keys.sorted() where ledger.sessions[session]?.state == .committing {
      if dice.chance(500) { finishCommit(of: session) } else { ledger.rollBack(session) }
    }
  }

  private mutating func carryOutCommit(of session: Int) {
    for part in ledger.commit(session) {
      let shard = part.opening.shard
      if ledger.shards[shard]?.fence.epoch != part.epoch {
        fail("shard \(shard): a batch of epoch \(part.epoch) is booked, which is not the newest")
      }
      if let key = ledger.doubles.first { fail("\(key.id) of partner \(key.partnerNumber) is credited twice") }
      for entry in part.booking.entries { check(entry) }
      for refusal in part.booking.refusals { check(refusal) }
      checkSums(of: shard)
    }
    for (partner, tally) in ledger.counts { check(tally, ofPartner: partner) }
  }

  private mutating func check(_ entry: BookedEntry) {
    guard let content = entry.content else { return }
    if !witness.isPushed(partner: entry.key.partnerNumber, content: content) {
      fail("entry \(entry.number) of \(entry.key.id): nobody pushed that")
    }
  }

  private mutating func check(_ refusal: BookedRefusal) {
    let partner = refusal.position.partnerNumber
    if !witness.isPushed(partner: partner, content: refusal.content) {
      fail("refusal of \(refusal.activityID ?? "a message"): nobody pushed that")
    }
    guard refusal.reason == "poison" else { return }
    let ids = witness.ids(partner: partner, content: refusal.content)
    let isPoison = !ids.isDisjoint(with: workload.poison)
    if !isPoison { fail("\(ids.sorted().joined(separator: ", ")) is buried and innocent: \(refusal.detail)") }
  }

  private mutating func checkSums(of number: Int16) {
    guard let shard = ledger.shards[number] else { return }
    var sums: [Int32: EntrySum] = [:]
    for entry in shard.entries { sums[entry.residentNumber, default: .init()].add(entry) }
    for (resident, account) in shard.accounts {
      let title = SimulatedCatalogue.titles.last { $0.milligrams <= account.reductionMilligrams }?.code
      if account.title ?? "seed" != title
        || shard.titles.last(where: { $0.residentNumber == resident })?.title != account.title
      {
        fail("\(account.resident) has the title \(account.title ?? "none") with \(account.reductionMilligrams) mg")
      }
      if sums[resident] != EntrySum(account) {
        fail(
          "the account of \(account.resident) is not the sum of its entries: \(account)"
        )
      }
    }
    let accounts = shard.accounts.values
    if accounts.map(\.reductionMilligrams).reduce(0, +) != shard.legs.values.map(\.reductionMilligrams).reduce(0, +)
      || accounts.map(\.points).reduce(0, +) != shard.legs.values.map(\.points).reduce(0, +)
      || accounts.map(\.actions).reduce(0, +) != shard.legs.values.map(\.actions).reduce(0, +)
    {
      fail("shard \(number): the sum of the accounts is not the sum of the legs")
    }
    if accounts.count(where: { $0.actions > 0 }) != shard.residents {
      fail("shard \(number): \(shard.residents) residents are counted, and others have actions")
    }
  }

  private mutating func check(_ tally: Tally, ofPartner partner: Int16) {
    if tally.received != tally.outcomes.values.reduce(0, +) || tally.outcomes.values.contains(where: { $0 < 0 }) {
      fail("partner \(partner): received is not the sum of the outcomes: \(tally)")
    }
    let pushed = witness.pushes.count { $0.partner + 1 == partner }
    if plan.isExact, tally.received > pushed {
      fail("partner \(partner): \(tally.received) messages are counted, \(pushed) were pushed")
    }
  }
}

/// What an account's entries add up to.
private struct EntrySum: Equatable {
  var actions: Int64 = 0
  var reductionMilligrams: Int64 = 0
  var points: Int64 = 0
  var nanopoints: Int64 = 0

  init() {}

  init(_ account: SimulatedLedger.Account) {
    actions = account.actions
    reductionMilligrams = account.reductionMilligrams
    points = account.points
    nanopoints = account.nanopoints
  }

  /// Adds an entry, as an account should.
  mutating func add(_ entry: BookedEntry) {
    reductionMilligrams += entry.credit.reductionMilligrams
    points += entry.points
    nanopoints += entry.credit.nanopoints
    switch entry.kind {
    case .reversal: actions -= 1
    case .earn, .upgrade: actions += entry.credit.outcome.isCrediting && entry.credit.creditedQuantity > .zero ? 1 : 0
    }
  }
}
