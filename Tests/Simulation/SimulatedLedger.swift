import CarbonInclusion

/// The ledger's tables in memory, with sessions, transactions and the locks that matter: fence rows and unique keys.
///
/// Read committed, as the lanes use it. What a transaction writes is applied when it commits.
struct SimulatedLedger: Sendable {
  struct Fence: Sendable {
    var epoch: Int64 = 0
    /// The session of the owner.
    var session: Int?
    var batchNumber: Int64 = 0
    var nextEntryNumber: Int64 = 1
    var nextResidentNumber: Int32 = 1
  }

  struct Account: Sendable, Equatable {
    var resident: String
    var actions: Int64 = 0
    var reductionMilligrams: Int64 = 0
    var nanopoints: Int64 = 0
    var purse = PointsPurse()
    var title: String?
    var latestAt: Instant

    /// What is left of all points.
    var points: Int64 { purse.available - purse.debt }
  }

  struct LegSum: Sendable {
    var actions: Int64 = 0
    var reductionMilligrams: Int64 = 0
    var points: Int64 = 0

    mutating func add(_ leg: Leg) {
      actions += leg.actions
      reductionMilligrams += leg.reductionMilligrams
      points += leg.points
    }
  }

  /// What is committed of one shard.
  struct Shard: Sendable {
    var fence = Fence()
    var numbers: [String: Int32] = [:]
    var accounts: [Int32: Account] = [:]
    var entries: [BookedEntry] = []
    var bookedAt: [Int64: Instant] = [:]
    var titles: [TitleChange] = []
    var refusals: [SimulatedRedis.Place: BookedRefusal] = [:]
    var marks: [InboxIncarnation: Int64] = [:]
    var legs: [LegKey: LegSum] = [:]
    var residents: Int64 = 0
    var batches = 0
  }

  struct Session: Sendable {
    enum State: Sendable, Equatable {
      case idle
      /// The server waits for the client, since then.
      case inTransaction(since: Int64)
      /// COMMIT was sent; nothing stops it any more.
      case committing
    }

    var state = State.idle
    var opened: [(opening: BatchOpening, epoch: Int64)] = []
    var bookings: [Booking] = []
  }

  var shards: [Int16: Shard] = [:]
  var keys: [ActivityKey: LedgerAnswers.KnownActivity] = [:]
  var counts: [Int16: Tally] = [:]
  /// The numbers of the partners' own counters that were seen.
  var sequences: [Int16: Set<Int64>] = [:]
  var sessions: [Int: Session] = [:]
  /// Who holds a shard's fence row.
  private(set) var fenceHolders: [Int16: Int] = [:]
  /// Who has inserted a key and not committed yet.
  private(set) var pendingKeys: [ActivityKey: Int] = [:]
  private var nextSession = 1
  var awayUntil: Int64 = 0
  /// Keys that were credited a second time.
  private(set) var doubles: [ActivityKey] = []
  let mutation: Mutation?

  init(mutation: Mutation?) { self.mutation = mutation }

  mutating func connect() -> Int {
    defer { nextSession += 1 }
    sessions[nextSession] = Session()
    return nextSession
  }

  /// Ends a session, as the server does when it learns that its client is gone. A COMMIT under way goes on.
  mutating func end(_ session: Int) {
    guard let state = sessions[session]?.state, state != .committing else { return }
    rollBack(session)
    sessions[session] = nil
  }

  mutating func endAll() { for session in sessions.keys.sorted() { end(session) } }

  /// - Returns: whether the fence row is the session's now.
  mutating func lockFence(_ shard: Int16, by session: Int) -> Bool {
    guard fenceHolders[shard] == nil || fenceHolders[shard] == session else { return false }
    fenceHolders[shard] = session
    return true
  }

  mutating func raiseEpoch(_ shard: Int16, by session: Int) -> Int64 {
    shards[shard, default: Shard()].fence.epoch += 1
    shards[shard, default: Shard()].fence.session = session
    return shards[shard]?.fence.epoch ?? 0
  }

  mutating func begin(_ session: Int, now: Int64) { sessions[session]?.state = .inTransaction(since: now) }

  /// The shards of a session's batch, in their order.
  func opened(by session: Int) -> [Int16] { sessions[session]?.opened.map(\.opening.shard) ?? [] }

  enum KeyInsertion: Sendable { case inserted, waits, violates }

  mutating func insert(_ key: ActivityKey, by session: Int) -> KeyInsertion {
    if mutation == .keysNotUnique { return .inserted }
    if keys[key] != nil { return .violates }
    if let holder = pendingKeys[key] { return holder == session ? .violates : .waits }
    pendingKeys[key] = session
    return .inserted
  }

  mutating func rollBack(_ session: Int) {
    sessions[session]?.state = .idle
    sessions[session]?.opened = []
    sessions[session]?.bookings = []
    releaseLocks(of: session)
  }

  private mutating func releaseLocks(of session: Int) {
    for (shard, holder) in fenceHolders where holder == session { fenceHolders[shard] = nil }
    for (key, holder) in pendingKeys where holder == session { pendingKeys[key] = nil }
  }

  /// A shard's part of a committed batch.
  struct Committed {
    var opening: BatchOpening
    var epoch: Int64
    var booking: Booking
  }

  /// Applies what a session has booked, and lets go of its locks.
  ///
  /// - Returns: the batch, for whoever checks it.
  mutating func commit(_ session: Int) -> [Committed] {
    let batch = sessions[session].map { session in
      zip(session.opened, session.bookings).map { Committed(opening: $0.opening, epoch: $0.epoch, booking: $1) }
    }
    for part in batch ?? [] { apply(part.booking, part.opening) }
    rollBack(session)
    return batch ?? []
  }

  private mutating func apply(_ booking: Booking, _ opening: BatchOpening) {
    var shard = shards[opening.shard] ?? Shard()
    shard.fence.batchNumber = opening.batchNumber
    shard.fence.nextEntryNumber = booking.nextEntryNumber
    shard.fence.nextResidentNumber = booking.nextResidentNumber
    shard.batches += 1
    for entry in booking.entries {
      shard.entries.append(entry)
      shard.bookedAt[entry.number] = opening.now
      guard let content = entry.content else { continue }
      if keys[entry.key] != nil { doubles.append(entry.key) }
      keys[entry.key] = .init(
        content: content, shard: opening.shard, residentNumber: entry.residentNumber, entryNumber: entry.number)
    }
    for refusal in booking.refusals {
      shard.refusals[.init(position: refusal.position, content: refusal.content)] = refusal
    }
    for change in booking.accounts { shard.add(change) }
    shard.titles += booking.titles
    for (key, leg) in booking.legs { shard.legs[key, default: .init()].add(leg) }
    shard.residents += booking.residentsDelta
    for (inbox, mark) in booking.highWaterMarks { shard.marks[inbox] = mark }
    for (partner, numbers) in booking.numbers {
      for run in numbers.runs.merged { sequences[partner, default: []].formUnion(run) }
    }
    for (partner, count) in booking.counts { counts[partner, default: .init()].add(count) }
    shards[opening.shard] = shard
  }
}

extension SimulatedLedger.Shard {
  fileprivate mutating func add(_ change: AccountChange) {
    numbers[change.resident] = change.residentNumber
    var account =
      accounts[change.residentNumber] ?? .init(resident: change.resident, latestAt: change.latestAt)
    account.actions += change.actions
    account.reductionMilligrams += change.reductionMilligrams
    account.nanopoints += change.nanopoints
    account.purse = change.purse
    account.title = change.title
    account.latestAt = max(account.latestAt, change.latestAt)
    accounts[change.residentNumber] = account
  }
}
