import CarbonInclusion
package import Lanes
package import Logging
import Messages

/// The scoring loop: takes blocks of one shard or of several, books them in one transaction, and only then removes
/// them.
package final class ScoringLane<Source: BlockSource, Books: ScoringBooks> {
  package struct Settings: Sendable {
    /// A batch ends with the block that brings it to this many messages, of one shard or of several.
    package var messagesPerBatch = 4_096
    /// Where they are small; else as many as have the messages.
    package var blocksPerBatch = 512
    /// How long a batch that waits for the database goes on once the lane is to stop.
    package var stoppingMs: Int64 = 5_000
    /// How long an idle lane rests before it looks again; word of new blocks ends the rest of one of them.
    package var idleWaitMs = 1_000
    /// How long a lane rests at most that had something to do lately, and does not wait for word.
    package var livelyWaitMs = 64
    /// After so many messages in one look at the shards, a lane does not let more gather.
    package var plentyOfMessages = 2_000
    /// How often the directory of partners is published again, should Redis have forgotten it.
    package var directoryMs: Int64 = 2_000

    package init() {}
  }

  let settings: Settings
  let clock: any LaneClock
  private let connect: () throws -> (source: Source, books: Books)
  private let idle: IdlePost
  let report: LaneReport
  let pulse: LanePulse
  let failpoints: Failpoints
  let logger: Logger
  private var servers: (source: Source, books: Books)?
  private var outage: Outage
  /// The shards whose books this lane owns, with the epochs that PostgreSQL gave it.
  var epochs: [Int: Int64] = [:]
  /// Shards whose next batch cannot be booked for now: they are left alone for a while, so that the others go on.
  private var troubles: [Int: Trouble] = [:]
  private var neglected = NeglectedShards()
  private var watchWait: WatchWait
  /// What was booked since the last look at the shards.
  var messagesBooked = 0
  /// Whether shards of others have blocks, and their owners are given time to look.
  private var isPatient = false
  var batchSize: BatchSize
  private var policy: Policy?
  var secret: EvidenceSecret?
  private var directoryPublishedAt: Int64 = .min

  /// - Parameters:
  ///   - idle: shared by the scoring lanes of the process.
  ///   - connect: makes a fresh pair of connections.
  package init(
    settings: Settings, clock: any LaneClock, idle: IdlePost, report: LaneReport, pulse: LanePulse,
    failpoints: Failpoints = Failpoints(), logger: Logger,
    connect: @escaping () throws -> (source: Source, books: Books)
  ) {
    self.settings = settings
    self.clock = clock
    self.idle = idle
    self.connect = connect
    self.report = report
    self.pulse = pulse
    self.failpoints = failpoints
    self.logger = logger
    self.outage = Outage(logger: logger, clock: clock, board: report.outages)
    self.watchWait = WatchWait(longestMs: settings.livelyWaitMs, plenty: settings.plentyOfMessages)
    self.batchSize = BatchSize(most: settings.messagesPerBatch, mostBlocks: settings.blocksPerBatch)
  }

  /// Runs until stopped. Connects by itself, also after outages.
  package func run() {
    while !clock.isStopping { step() }
    try? failpoints.reach(.inShutdown, .score)
  }

  /// One look at all shards, and the rest after it where there was nothing to do.
  package func step() {
    pulse.turn()
    do {
      let connected = try servers ?? connect()
      servers = connected
      try loadSecret(connected.books)
      try publishDirectory(connected)
      messagesBooked = 0
      let moved = try bookShards(connected)
      outage.recovered()
      if moved { watchWait.found(messages: messagesBooked) }
      try rest(connected.source)
    } catch {
      // Fences know backends: a new connection takes its shards over anew, from whatever is left of the old one too.
      servers = nil
      epochs = [:]
      policy = nil
      secret = nil
      pulse.isGood()
      _ = clock.wait(milliseconds: outage.failed(error, report: report))
    }
  }

  /// Batches of the shards that have blocks waiting and are this lane's already, or that their owners neglect.
  private func bookShards(_ servers: (source: Source, books: Books)) throws -> Bool {
    let lengths = try servers.source.waiting()
    if lengths.allSatisfy({ $0 == 0 }) { pulse.isGood() }
    let now = clock.nowMs
    let waiting = lengths.indices.filter { lengths[$0] > 0 && troubles[$0].map { $0.until <= now } ?? true }
    let own = waiting.filter { epochs[$0] != nil }.sorted { lengths[$0] > lengths[$1] }
    var booked = false
    for shards in batchSize.together(own, lengths: lengths, alone: { troubles[$0] != nil }) where !clock.isStopping {
      let longest = shards.map { lengths[$0] }.max() ?? 0
      if try tryTogether(shards, longest: longest, servers) { booked = true }
    }
    let foreign = waiting.filter { epochs[$0] == nil }
    let left = try neglected.find(
      among: foreign, own: own.count, ownRoundMs: clock.nowMs - now,
      leisure: !booked ? .idle : messagesBooked < settings.plentyOfMessages ? .easy : .busy, nowMs: clock.nowMs,
      places: servers.source.places)
    var taken = 0
    var randomness = ClockRandomness(clock)
    for shard in left.shards.shuffled(using: &randomness) where taken < left.most && !clock.isStopping {
      if try tryBatch(shard, servers) { taken += 1 }
    }
    if taken > 0 { booked = true }
    isPatient = !booked && left.shards.count < foreign.count
    // Whatever waits is another lane's, or paused.
    if !booked, troubles.isEmpty { pulse.isGood() }
    return booked
  }

  /// Shards with little each go through one transaction. Whatever is wrong with one of them, is found out alone.
  private func tryTogether(_ shards: [Int], longest: Int, _ servers: (source: Source, books: Books)) throws -> Bool {
    var (booked, left) = shards.count > 1 ? try bookTogether(shards, longest: longest, servers) : (false, shards)
    if booked { pulse.isGood() }
    for shard in left where !clock.isStopping {
      if try tryBatch(shard, servers) { booked = true }
    }
    return booked
  }

  /// What is wrong with one shard's batch concerns that shard alone.
  private func tryBatch(_ shard: Int, _ servers: (source: Source, books: Books)) throws -> Bool {
    do {
      let booked = try bookBatch(shard, servers)
      if booked {
        troubles[shard] = nil
        pulse.isGood()
      }
      return booked
    } catch let fault as BatchFault {
      leaveAlone(shard, fault)
      return false
    }
  }

  func leaveAlone(_ shard: Int, _ fault: BatchFault) {
    if fault == .fenced { epochs[shard] = nil }
    var trouble = troubles[shard] ?? Trouble()
    var randomness = ClockRandomness(clock)
    trouble.until = clock.nowMs + Int64(trouble.backOff.nextDelayMs(using: &randomness))
    troubles[shard] = trouble
    let level: Logger.Level = trouble.backOff.attempt > 3 ? .error : .info
    logger.log(level: level, "A batch is put off.", metadata: ["shard": "\(shard)", "reason": "\(fault)"])
  }

  private struct Trouble {
    var until: Int64 = 0
    var backOff = BackOff(baseMs: 20, capMs: 5_000)
  }

  func currentPolicy(_ version: Int32, _ books: Books) throws -> Policy {
    if let policy, policy.version == version { return policy }
    let loaded = try books.policy(version: version)
    policy = loaded
    logger.info("Took up a catalogue.", metadata: ["catalogue.version": "\(version)"])
    return loaded
  }

  /// The codes of the partners by number, as the current catalogue has them.
  var partnerCodes: [Int16: String]? {
    policy.map { policy in Dictionary(policy.numbers.partners.map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }
  }

  /// Outside of any batch: a key that a transaction made and took back would be known to this lane alone.
  private func loadSecret(_ books: Books) throws {
    guard secret == nil else { return }
    guard let read = EvidenceSecret(try books.evidenceKey()) else { throw WeakSecret() }
    secret = read
  }

  /// Lets more gather. Where there was nothing to do for a while, one idle lane of the process waits for word of new
  /// blocks, and the others look now and then.
  private func rest(_ source: Source) throws {
    let lively = watchWait.next()
    if isPatient || lively < settings.livelyWaitMs {
      let wait = isPatient ? min(lively, Int(NeglectedShards.patienceMs)) : lively
      if wait > 0 { _ = clock.wait(milliseconds: wait) }
      return
    }
    guard idle.enter() else {
      _ = clock.wait(milliseconds: settings.idleWaitMs)
      return
    }
    defer { idle.leave() }
    try source.awaitBlocks(milliseconds: settings.idleWaitMs)
  }

  private func publishDirectory(_ servers: (source: Source, books: Books)) throws {
    let now = clock.nowMs
    guard directoryPublishedAt == .min || now - directoryPublishedAt >= settings.directoryMs else { return }
    directoryPublishedAt = now
    let version = try servers.books.catalogueVersion()
    guard version > 0 else { return }
    let catalogue = try currentPolicy(version, servers.books).catalogue
    try servers.source.publish(Directory(catalogueVersion: version, partners: catalogue.reporters.map(\.code)))
  }
}

/// An evidence key that a list of all vehicle numbers would undo.
struct WeakSecret: Error, CustomStringConvertible {
  var description: String { "the key of the evidence hash has fewer than \(EvidenceSecret.minimumBytes) bytes" }
}
