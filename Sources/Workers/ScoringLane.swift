import CarbonInclusion
package import Lanes
package import Logging
import Messages

/// The scoring loop: takes the blocks of a shard, books them in one transaction, and only then removes them.
package final class ScoringLane<Source: BlockSource, Books: ScoringBooks> {
  package struct Settings: Sendable {
    /// A batch ends with the block that brings it to this many messages.
    package var messagesPerBatch = 5_000
    package var blocksPerBatch = 128
    /// How long an idle lane rests before it looks again; word of new blocks ends the rest of one of them.
    package var idleWaitMs = 500
    /// How often the directory of partners is published again, should Redis have forgotten it.
    package var directoryMs: Int64 = 1_000

    package init() {}
  }

  private let settings: Settings
  private let stop: StopSignal
  private let connect: () throws -> (source: Source, books: Books)
  private let idle: IdlePost
  private let report: LaneReport
  private let logger: Logger
  private var outage: Outage
  /// The shards whose books this lane owns, with the epochs that PostgreSQL gave it.
  private var epochs: [Int: Int64] = [:]
  /// Shards whose next batch cannot be booked for now: they are left alone for a while, so that the others go on.
  private var troubles: [Int: Trouble] = [:]
  private var policy: Policy?
  private var secret: EvidenceSecret?
  private var directoryPublishedAt: Int64 = .min

  /// - Parameters:
  ///   - idle: shared by the scoring lanes of the process.
  ///   - connect: makes a fresh pair of connections.
  package init(
    settings: Settings, stop: StopSignal, idle: IdlePost, report: LaneReport, logger: Logger,
    connect: @escaping () throws -> (source: Source, books: Books)
  ) {
    self.settings = settings
    self.stop = stop
    self.idle = idle
    self.connect = connect
    self.report = report
    self.logger = logger
    self.outage = Outage(logger: logger)
  }

  /// Runs until stopped. Connects by itself, also after outages.
  package func run() {
    var servers: (source: Source, books: Books)?
    while !stop.isStopping {
      do {
        let connected = try servers ?? connect()
        servers = connected
        try loadSecret(connected.books)
        try publishDirectory(connected)
        let booked = try bookShards(connected)
        outage.recovered()
        if !booked { try rest(connected.source) }
      } catch {
        // Fences know backends: a new connection takes its shards over anew, from whatever is left of the old one too.
        servers = nil
        epochs = [:]
        policy = nil
        secret = nil
        _ = stop.wait(milliseconds: outage.failed(error, report: report))
      }
    }
  }

  /// One batch for each shard that has blocks waiting and is this lane's already; else one of another's.
  private func bookShards(_ servers: (source: Source, books: Books)) throws -> Bool {
    let lengths = try servers.source.waiting()
    let now = monotonicMilliseconds()
    let waiting = lengths.indices.filter { lengths[$0] > 0 && troubles[$0].map { $0.until <= now } ?? true }
    let own = waiting.filter { epochs[$0] != nil }.sorted { lengths[$0] > lengths[$1] }
    var booked = false
    for shard in own where !stop.isStopping {
      if try tryBatch(shard, servers) { booked = true }
    }
    if booked { return true }
    for shard in waiting.shuffled() where epochs[shard] == nil && !stop.isStopping {
      if try tryBatch(shard, servers) { return true }
    }
    return false
  }

  /// What is wrong with one shard's batch concerns that shard alone.
  private func tryBatch(_ shard: Int, _ servers: (source: Source, books: Books)) throws -> Bool {
    do {
      let booked = try bookBatch(shard, servers)
      if booked { troubles[shard] = nil }
      return booked
    } catch let fault as BatchFault {
      leaveAlone(shard, fault)
      return false
    }
  }

  private func leaveAlone(_ shard: Int, _ fault: BatchFault) {
    if fault == .fenced { epochs[shard] = nil }
    var trouble = troubles[shard] ?? Trouble()
    trouble.until = monotonicMilliseconds() + Int64(trouble.backOff.nextDelayMs())
    troubles[shard] = trouble
    let level: Logger.Level = trouble.backOff.attempt > 3 ? .error : .info
    logger.log(level: level, "A batch is put off.", metadata: ["shard": "\(shard)", "reason": "\(fault)"])
  }

  private struct Trouble {
    var until: Int64 = 0
    var backOff = BackOff(baseMs: 20, capMs: 5_000)
  }

  private func bookBatch(_ shard: Int, _ servers: (source: Source, books: Books)) throws -> Bool {
    var blocks: [Block] = []
    var messages = 0
    var fault: BlockError?
    let claimed = try servers.source.claim(shard: shard, count: settings.blocksPerBatch) { bytes in
      do throws(BlockError) {
        let block = try Block.decode(bytes)
        messages += block.entries.count
        blocks.append(block)
      } catch {
        fault = error
      }
      return fault == nil && messages < settings.messagesPerBatch
    }
    guard let claim = claimed else { return false }
    do {
      if let fault { throw BatchFault.unreadable("\(fault)") }
      let (booking, bookedAt) = try book(blocks, shard: shard, servers.books)
      try tell(booking, bookedAt: bookedAt, servers.source)
    } catch let fault as BatchFault {
      try servers.source.handBack(claim)
      throw fault
    }
    _ = try servers.source.trim(claim)
    report.finished(messages: messages)
    return true
  }

  /// One transaction. The lane holds the list's lease, so it may take the books over where another lane had them.
  private func book(_ blocks: [Block], shard: Int, _ books: Books) throws -> (Booking, Instant) {
    let number = Int16(shard)
    let epoch = try epochs[shard] ?? books.takeOver(shard: number)
    epochs[shard] = epoch
    do {
      let opening = try books.open(shard: number, epoch: epoch)
      let policy = try currentPolicy(opening.catalogueVersion, books)
      let received = try blocks.map { try receivedBlock($0, policy: policy) }
      var scorer = BatchScorer(policy: policy, opening: opening, blocks: received, render: ActivityMessage.encoded)
      let windows = scorer.receive(try books.answer(scorer.questions(), shard: number))
      let booking = scorer.fold(histories: try books.histories(windows, shard: number))
      try books.book(booking)
      try books.commit()
      return (booking, opening.now)
    } catch {
      books.rollBack()
      throw error
    }
  }

  private func currentPolicy(_ version: Int32, _ books: Books) throws -> Policy {
    if let policy, policy.version == version { return policy }
    let loaded = try books.policy(version: version)
    policy = loaded
    logger.info("Took up a catalogue.", metadata: ["catalogue.version": "\(version)"])
    return loaded
  }

  private func receivedBlock(_ block: Block, policy: Policy) throws -> ReceivedBlock {
    guard let secret, let partner = policy.numbers.partners[block.partner] else {
      throw BatchFault.unreadable("no catalogue in the database ever named partner \"\(block.partner)\"")
    }
    return block.received(partnerNumber: partner, secret: secret)
  }

  /// Outside of any batch: a key that a transaction made and took back would be known to this lane alone.
  private func loadSecret(_ books: Books) throws {
    guard secret == nil else { return }
    guard let read = EvidenceSecret(try books.evidenceKey()) else { throw WeakSecret() }
    secret = read
  }

  /// After COMMIT, before the blocks are removed: a partner may be told twice, never not at all.
  private func tell(_ booking: Booking, bookedAt: Instant, _ source: Source) throws {
    guard !booking.notices.isEmpty, let policy else { return }
    let codes = Dictionary(policy.numbers.partners.map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    try source.publish(
      booking.notices.compactMap { notice in
        codes[notice.partnerNumber].map { partner in
          let told = RejectedNotice(
            id: notice.id, outcome: notice.outcome, reason: notice.reason, detail: notice.detail, at: bookedAt)
          return (partner, told.encoded())
        }
      })
  }

  /// Nothing to do: one idle lane of the process waits for word of new blocks, the others look now and then.
  private func rest(_ source: Source) throws {
    guard idle.enter() else {
      _ = stop.wait(milliseconds: settings.idleWaitMs)
      return
    }
    defer { idle.leave() }
    try source.awaitBlocks(milliseconds: settings.idleWaitMs)
  }

  private func publishDirectory(_ servers: (source: Source, books: Books)) throws {
    let now = monotonicMilliseconds()
    guard directoryPublishedAt == .min || now - directoryPublishedAt >= settings.directoryMs else { return }
    directoryPublishedAt = now
    let version = try servers.books.catalogueVersion()
    guard version > 0 else { return }
    let catalogue = try currentPolicy(version, servers.books).catalogue
    let reporting = catalogue.partners.filter { $0.kind != .incentive }.map(\.code)
    try servers.source.publish(Directory(catalogueVersion: version, partners: reporting))
  }
}

/// An evidence key that a list of all vehicle numbers would undo.
struct WeakSecret: Error, CustomStringConvertible {
  var description: String { "the key of the evidence hash has fewer than \(EvidenceSecret.minimumBytes) bytes" }
}
