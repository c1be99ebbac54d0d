import CarbonInclusion
import Lanes
import Logging
import Messages

extension ScoringLane {
  /// Takes the oldest blocks of a shard through one transaction.
  ///
  /// - Returns: whether anything moved; not where the list is empty or another lane's.
  func bookBatch(_ shard: Int, _ servers: (source: Source, books: Books)) throws -> Bool {
    var part = Part()
    var failure: (any Error)?
    let most = batchSize.messages
    let claims = try servers.source.claim([shard], count: batchSize.blocks) { claim, bytes in
      if part.blocks.isEmpty { failure = failpoints.failure(at: .afterClaim, .score) }
      // What could not even be taken apart is not tried again.
      guard claim.attemptsAlone < Poison.deathsOfBlock else { return false }
      return part.decode(bytes) && part.messageCount < most
    }
    guard let claim = claims.first else { return false }
    if let failure { throw failure }
    part.claim = claim
    // What stands before a block that cannot be read is booked first.
    if !part.blocks.isEmpty { part.claim.count = part.blocks.count }
    do {
      guard try !dealWithSuspect(part, servers.source) else { return true }
      if part.blocks.isEmpty { return try dealWithUnreadable(part, servers.source) }
      if claim.isSuspect { guard try servers.source.setDown(claim) else { return false } }
      var parts = [part]
      part.blocks = []
      return try takeThrough(&parts, servers)
    } catch let fault as BatchFault {
      if case .refused = fault { try servers.source.fail(claim) } else { try servers.source.handBack(claim) }
      throw fault
    }
  }

  /// Takes what several shards have through one transaction: a batch costs much the same, however little is in it.
  ///
  /// - Parameter longest: how many blocks the longest of their lists had. More may have come, to all of them at once.
  /// - Returns: whether anything was booked, and which shards are better tried alone, because their list is in doubt or
  ///   the batch came to nothing.
  func bookTogether(_ shards: [Int], longest: Int, _ servers: (source: Source, books: Books)) throws -> (
    booked: Bool, alone: [Int]
  ) {
    var parts: [Int: Part] = [:]
    var count = 0
    let most = batchSize.messages
    let claims = try servers.source.claim(shards, count: min(longest, batchSize.blocks)) { claim, bytes in
      guard count < most, parts[claim.shard, default: Part()].decode(bytes) else { return false }
      count += parts[claim.shard]?.blocks.last?.entries.count ?? 0
      return true
    }
    if !claims.isEmpty, let failure = failpoints.failure(at: .afterClaim, .score) { throw failure }
    var alone = shards.filter { shard in !claims.contains { $0.shard == shard } }
    var whole: [Part] = []
    for claim in claims.sorted(by: { $0.shard < $1.shard }) {
      let decoded = parts.removeValue(forKey: claim.shard)
      guard var part = decoded, !part.blocks.isEmpty else {
        try servers.source.handBack(claim)
        if claim.isSuspect || decoded != nil { alone.append(claim.shard) }
        continue
      }
      part.claim = claim
      part.claim.count = part.blocks.count
      whole.append(part)
    }
    guard !whole.isEmpty else { return (false, alone) }
    do {
      return (try takeThrough(&whole, servers), alone)
    } catch let fault as BatchFault {
      logger.info(
        "A batch of several shards came to nothing.",
        metadata: ["shards": "\(whole.map(\.claim.shard))", "reason": "\(fault)"])
      for part in whole { try servers.source.handBack(part.claim) }
      return (false, alone + whole.map(\.claim.shard))
    }
  }

  /// Books the parts in one transaction and removes their blocks. Those whose books are another lane's by now are
  /// handed back.
  ///
  /// - Returns: whether any was booked.
  /// - Throws: `BatchFault`, with the leases still held; after any other error they are given back.
  private func takeThrough(_ parts: inout [Part], _ servers: (source: Source, books: Books)) throws -> Bool {
    let start = clock.nowMs
    let shards: Set<Int16>
    do {
      try failpoints.reach(.afterParse, .score)
      shards = try book(&parts, servers)
    } catch let fault as BatchFault {
      throw fault
    } catch {
      if error is UnknownCommit { report.lostCommit() }
      // The database is away, or this lane's way to it: the blocks are free at once for whoever has one.
      for part in parts { try? servers.source.handBack(part.claim) }
      throw error
    }
    let booked = parts.filter { shards.contains(Int16($0.claim.shard)) }
    try servers.source.trim(booked.map(\.claim))
    for part in parts where !shards.contains(Int16(part.claim.shard)) {
      try servers.source.handBack(part.claim)
      leaveAlone(part.claim.shard, .fenced)
    }
    try failpoints.reach(.afterTrim, .score)
    let messages = booked.reduce(0) { $0 + $1.messageCount }
    messagesBooked += messages
    report.finished(messages: messages)
    batchSize.took(
      messages: messages, blocks: booked.reduce(0) { $0 + $1.claim.count }, milliseconds: clock.nowMs - start)
    return !booked.isEmpty
  }

  /// A block on which lanes died alone is taken apart, so that its messages come one by one.
  ///
  /// - Returns: whether the block is dealt with.
  private func dealWithSuspect(_ part: Part, _ source: Source) throws -> Bool {
    let claim = part.claim
    guard claim.attemptsAlone > 0 else { return false }
    logger.warning(
      "Blocks may have killed their worker.",
      metadata: ["shard": "\(claim.shard)", "deaths": "\(claim.attemptsAlone)"])
    guard claim.attemptsAlone >= Poison.deathsAlone, let block = part.blocks.first, block.entries.count > 1 else {
      return false
    }
    // Where the lease was lost, the next owner finds the block as it was.
    return try source.split(claim, into: block.split())
  }

  /// A block of this version that is damaged will never be read by anybody: it is set aside, so that the shard goes on.
  /// One of another version waits for a worker of that version.
  private func dealWithUnreadable(_ part: Part, _ source: Source) throws -> Bool {
    if case .unknownFormat = part.fault { throw BatchFault.unreadable("\(BlockError.describe(part.fault))") }
    guard try source.setAside(part.claim) else {
      throw BatchFault.unreadable("\(BlockError.describe(part.fault))")
    }
    logger.error(
      "Set aside a block that cannot be read.",
      metadata: ["shard": "\(part.claim.shard)", "reason": "\(BlockError.describe(part.fault))"])
    return true
  }

  /// - Returns: the shards that are booked.
  private func book(_ parts: inout [Part], _ servers: (source: Source, books: Books)) throws -> Set<Int16> {
    let claims = parts.map(\.claim)
    servers.books.whileWaiting = BatchPatience(clock: clock, pulse: pulse, stoppingMs: settings.stoppingMs)
      .waiting { for claim in claims { _ = try servers.source.renew(claim) } }
    defer { servers.books.whileWaiting = nil }
    let (booked, notices, bookedAt) = try commit(&parts, servers)
    try failpoints.reach(.afterCommit, .score)
    try tell(notices, bookedAt: bookedAt, servers)
    return booked
  }

  /// One transaction. The lane holds the lists' leases, so it may take the books over where another lane had them.
  ///
  /// - Parameter parts: give their blocks away.
  /// - Returns: the shards that are booked, what their partners are to be told, and the time of the database.
  private func commit(_ parts: inout [Part], _ servers: (source: Source, books: Books)) throws -> (
    booked: Set<Int16>, notices: [OutcomeNotice], at: Instant
  ) {
    let (source, books) = servers
    let epochs = try parts.map { part in
      let shard = part.claim.shard
      if self.epochs[shard] == nil { try failpoints.reach(.inTakeover, .score) }
      let epoch = try self.epochs[shard] ?? books.takeOver(shard: Int16(shard))
      self.epochs[shard] = epoch
      return ShardEpoch(shard: Int16(shard), epoch: epoch)
    }
    do {
      try failpoints.reach(.beforeBegin, .score)
      let openings = try books.open(epochs)
      let policy = try currentPolicy(openings[0].catalogueVersion, books)
      // A suspect block comes alone.
      let claim = parts[0].claim
      let scorers = try inHand(claim, source) {
        try openings.map { opening in
          guard let place = parts.firstIndex(where: { $0.claim.shard == opening.shard }) else {
            preconditionFailure("a shard was opened that was not asked for")
          }
          return BatchScorer(
            policy: policy, opening: opening, blocks: try receivedBlocks(&parts[place], policy),
            render: ActivityMessage.encoded)
        }
      }
      let bookings = try judged(scorers, claim, servers)
      try books.book(bookings)
      try failpoints.reach(.afterRows, .score)
      try failpoints.reach(.beforeCommit, .score)
      try books.commit()
      return (Set(openings.map(\.shard)), bookings.flatMap(\.notices), openings[0].now)
    } catch {
      books.rollBack()
      throw error
    }
  }

  /// Asks for what was recorded before, for accounts and for histories, and folds the messages.
  private func judged(
    _ asking: consuming [BatchScorer], _ claim: BlockClaim, _ servers: (source: Source, books: Books)
  ) throws -> [Booking] {
    let (source, books) = servers
    var scorers = asking
    let questions = try inHand(claim, source) {
      scorers.indices.map { place in
        let shard = scorers[place].shard
        return scorers[place].questions { books.isNew($0, toShard: shard) }
      }
    }
    let answers = try books.answer(questions)
    let accountQuestions = try inHand(claim, source) { scorers.indices.map { scorers[$0].receive(answers[$0]) } }
    let accounts = try books.accounts(accountQuestions)
    let windows = try inHand(claim, source) { scorers.indices.map { scorers[$0].receive(accounts[$0]) } }
    var histories = try books.histories(windows)
    return try inHand(claim, source) {
      watch(scorers)
      return scorers.indices.map { scorers[$0].fold(exchange(&histories[$0], with: [:])) }
    }
  }

  /// Computes with the messages. Whoever dies in here with a suspect block died on it; a wait for a server between two
  /// such calls, and whatever ends the lane in it, is not the fault of the messages.
  private func inHand<Value>(_ claim: BlockClaim, _ source: Source, _ compute: () throws -> Value) throws -> Value {
    try Poison.inHand(
      isSuspect: claim.isSuspect, takeUp: { try source.takeUp(claim) }, setDown: { try source.setDown(claim) }, compute)
  }

  /// Tells the failpoints which messages are about to be judged.
  private func watch(_ scorers: [BatchScorer]) {
    guard failpoints.watchesMessages else { return }
    for block in scorers.flatMap(\.blocks) {
      for message in block.messages {
        if case .activity(let activity, _, _) = message.content { failpoints.workOn(activity.id, .score) }
      }
      for review in block.reviews { failpoints.workOn(review.key.id, .score) }
    }
  }

  /// The blocks are the part's no more: of a large batch, nothing is held twice.
  private func receivedBlocks(_ part: inout Part, _ policy: Policy) throws -> [ReceivedBlock] {
    let received = try part.blocks.map { try receivedBlock($0, policy: policy) }
    part.blocks = []
    let deaths = part.claim.attemptsAlone
    guard deaths >= Poison.deathsAlone else { return received }
    logger.error("Buried a message that killed its workers.", metadata: ["shard": "\(part.claim.shard)"])
    return received.map { $0.buried(Poison.refusal(stage: .score, attempts: deaths)) }
  }

  private func receivedBlock(_ block: Block, policy: Policy) throws -> ReceivedBlock {
    guard let secret, let partner = policy.numbers.partners[block.partner] else {
      throw BatchFault.unreadable("no catalogue in the database ever named partner \"\(block.partner)\"")
    }
    return block.received(partnerNumber: partner, secret: secret)
  }

  /// After COMMIT, before the blocks are removed: a partner may be told twice, never not at all.
  private func tell(
    _ notices: [OutcomeNotice], bookedAt: Instant, _ servers: (source: Source, books: Books)
  ) throws {
    guard !notices.isEmpty, let codes = partnerCodes else { return }
    try servers.source.publish(
      notices.compactMap { notice in
        codes[notice.partnerNumber].map { partner in
          let told = RejectedNotice(
            id: notice.id, outcome: notice.outcome, reason: notice.reason, detail: notice.detail, at: bookedAt)
          return (partner, told.encoded())
        }
      })
  }
}

/// What a batch has of one shard: its blocks, as far as they could be read.
private struct Part {
  var claim = BlockClaim(shard: 0, epoch: 0, incarnation: 0, position: 0, count: 0)
  var blocks: [Block] = []
  var messageCount = 0
  var fault: BlockError?

  /// - Returns: whether the block could be read.
  mutating func decode(_ bytes: RawSpan) -> Bool {
    do throws(BlockError) {
      let block = try Block.decode(bytes)
      messageCount += block.entries.count
      blocks.append(block)
      return true
    } catch {
      fault = error
      return false
    }
  }
}

extension BlockError {
  fileprivate static func describe(_ fault: BlockError?) -> String {
    fault.map { "\($0)" } ?? "its workers died while they took it apart"
  }
}
