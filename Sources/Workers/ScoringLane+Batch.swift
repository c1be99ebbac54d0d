import CarbonInclusion
import Lanes
import Logging
import Messages

extension ScoringLane {
  /// Takes the oldest blocks of a shard through one transaction.
  ///
  /// - Returns: whether anything moved; not where the list is empty or another lane's.
  func bookBatch(_ shard: Int, _ servers: (source: Source, books: Books)) throws -> Bool {
    var batch = Batch()
    let most = batchSize.messages
    let claimed = try servers.source.claim(shard: shard, count: settings.blocksPerBatch) { claim, bytes in
      if batch.blocks.isEmpty { batch.failure = failpoints.failure(at: .afterClaim, .score) }
      // What could not even be taken apart is not tried again.
      guard claim.attemptsAlone < Poison.deathsOfBlock else { return false }
      return batch.decode(bytes) && batch.messageCount < most
    }
    guard var claim = claimed else { return false }
    if let failure = batch.failure { throw failure }
    let start = clock.nowMs
    do {
      // What stands before a block that cannot be read is booked first.
      if !batch.blocks.isEmpty { claim.count = batch.blocks.count }
      guard try !dealWithSuspect(claim, batch, servers.source) else { return true }
      if batch.blocks.isEmpty { return try dealWithUnreadable(claim, batch, servers.source) }
      if claim.isSuspect { guard try servers.source.setDown(claim) else { return false } }
      try failpoints.reach(.afterParse, .score)
      try book(batch, claim, servers)
    } catch let fault as BatchFault {
      if case .refused = fault { try servers.source.fail(claim) } else { try servers.source.handBack(claim) }
      throw fault
    } catch {
      if error is UnknownCommit { report.lostCommit() }
      // The database is away, or this lane's way to it: the blocks are free at once for whoever has one.
      try? servers.source.handBack(claim)
      throw error
    }
    _ = try servers.source.trim(claim)
    try failpoints.reach(.afterTrim, .score)
    report.finished(messages: batch.messageCount)
    batchSize.took(milliseconds: clock.nowMs - start)
    return true
  }

  /// A block on which lanes died alone is taken apart, so that its messages come one by one.
  ///
  /// - Returns: whether the block is dealt with.
  private func dealWithSuspect(_ claim: BlockClaim, _ batch: Batch, _ source: Source) throws -> Bool {
    guard claim.attemptsAlone > 0 else { return false }
    logger.warning(
      "Blocks may have killed their worker.",
      metadata: ["shard": "\(claim.shard)", "deaths": "\(claim.attemptsAlone)"])
    guard claim.attemptsAlone >= Poison.deathsAlone, let block = batch.blocks.first, block.entries.count > 1 else {
      return false
    }
    // Where the lease was lost, the next owner finds the block as it was.
    return try source.split(claim, into: block.split())
  }

  /// A block of this version that is damaged will never be read by anybody: it is set aside, so that the shard goes on.
  /// One of another version waits for a worker of that version.
  private func dealWithUnreadable(_ claim: BlockClaim, _ batch: Batch, _ source: Source) throws -> Bool {
    if case .unknownFormat = batch.fault { throw BatchFault.unreadable("\(BlockError.describe(batch.fault))") }
    guard try source.setAside(claim) else { throw BatchFault.unreadable("\(BlockError.describe(batch.fault))") }
    logger.error(
      "Set aside a block that cannot be read.",
      metadata: ["shard": "\(claim.shard)", "reason": "\(BlockError.describe(batch.fault))"])
    return true
  }

  private func book(
    _ batch: Batch, _ claim: BlockClaim, _ servers: (source: Source, books: Books)
  ) throws {
    servers.books.whileWaiting = BatchPatience(clock: clock, pulse: pulse, stoppingMs: settings.stoppingMs)
      .waiting { _ = try servers.source.renew(claim) }
    defer { servers.books.whileWaiting = nil }
    let (booking, bookedAt) = try commit(batch, claim, servers)
    try failpoints.reach(.afterCommit, .score)
    try tell(booking, bookedAt: bookedAt, servers)
  }

  /// One transaction. The lane holds the list's lease, so it may take the books over where another lane had them.
  private func commit(
    _ batch: Batch, _ claim: BlockClaim, _ servers: (source: Source, books: Books)
  ) throws -> (Booking, Instant) {
    let (number, books) = (Int16(claim.shard), servers.books)
    if epochs[claim.shard] == nil { try failpoints.reach(.inTakeover, .score) }
    let epoch = try epochs[claim.shard] ?? books.takeOver(shard: number)
    epochs[claim.shard] = epoch
    do {
      try failpoints.reach(.beforeBegin, .score)
      let opening = try books.open(shard: number, epoch: epoch)
      let policy = try currentPolicy(opening.catalogueVersion, books)
      let source = servers.source
      var (scorer, received, questions) = try inHand(claim, source) {
        let received = try receivedBlocks(batch, claim, policy)
        let scorer = BatchScorer(policy: policy, opening: opening, blocks: received, render: ActivityMessage.encoded)
        return (scorer, received, scorer.questions())
      }
      let answers = try books.answer(questions, shard: number)
      let residentQuestions = try inHand(claim, source) { scorer.receive(answers) }
      let residents = try books.residents(residentQuestions, shard: number)
      let booking = try inHand(claim, source) {
        watch(received)
        return scorer.fold(residents)
      }
      try books.book(booking)
      try failpoints.reach(.afterRows, .score)
      try failpoints.reach(.beforeCommit, .score)
      try books.commit()
      return (booking, opening.now)
    } catch {
      books.rollBack()
      throw error
    }
  }

  /// Computes with the messages. Whoever dies in here with a suspect block died on it; a wait for a server between two
  /// such calls, and whatever ends the lane in it, is not the fault of the messages.
  private func inHand<Value>(_ claim: BlockClaim, _ source: Source, _ compute: () throws -> Value) throws -> Value {
    try Poison.inHand(
      isSuspect: claim.isSuspect, takeUp: { try source.takeUp(claim) }, setDown: { try source.setDown(claim) }, compute)
  }

  /// Tells the failpoints which messages are about to be judged.
  private func watch(_ blocks: [ReceivedBlock]) {
    guard failpoints.watchesMessages else { return }
    for block in blocks {
      for message in block.messages {
        if case .activity(let activity, _, _) = message.content { failpoints.workOn(activity.id, .score) }
      }
      for review in block.reviews { failpoints.workOn(review.key.id, .score) }
    }
  }

  private func receivedBlocks(_ batch: Batch, _ claim: BlockClaim, _ policy: Policy) throws -> [ReceivedBlock] {
    let received = try batch.blocks.map { try receivedBlock($0, policy: policy) }
    guard claim.attemptsAlone >= Poison.deathsAlone else { return received }
    logger.error("Buried a message that killed its workers.", metadata: ["shard": "\(claim.shard)"])
    return received.map { $0.buried(Poison.refusal(stage: .score, attempts: claim.attemptsAlone)) }
  }

  private func receivedBlock(_ block: Block, policy: Policy) throws -> ReceivedBlock {
    guard let secret, let partner = policy.numbers.partners[block.partner] else {
      throw BatchFault.unreadable("no catalogue in the database ever named partner \"\(block.partner)\"")
    }
    return block.received(partnerNumber: partner, secret: secret)
  }

  /// After COMMIT, before the blocks are removed: a partner may be told twice, never not at all.
  private func tell(
    _ booking: Booking, bookedAt: Instant, _ servers: (source: Source, books: Books)
  ) throws {
    guard !booking.notices.isEmpty, let codes = partnerCodes else { return }
    try servers.source.publish(
      booking.notices.compactMap { notice in
        codes[notice.partnerNumber].map { partner in
          let told = RejectedNotice(
            id: notice.id, outcome: notice.outcome, reason: notice.reason, detail: notice.detail, at: bookedAt)
          return (partner, told.encoded())
        }
      })
  }
}

/// The blocks of one batch, as far as they could be read.
private struct Batch {
  var blocks: [Block] = []
  var messageCount = 0
  var fault: BlockError?
  /// What a failpoint wants to be thrown.
  var failure: (any Error)?

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
