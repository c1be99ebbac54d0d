import CarbonInclusion
package import Lanes
package import Logging
import Messages

/// The rewards loop: answers the jobs of administrators and of the partners that deliver, one transaction a batch, and
/// sees to what nobody asks for: time-outs, points that expire, what a dead lane did not live to hand on.
///
/// The jobs stay in their list until they are answered. A lane that dies before that leaves them to the next one, which
/// gives the answers that are remembered: so the list is the outbox of the replies.
package final class RewardsLane<Source: JobSource, Books: RewardsLedger> {
  package struct Settings: Sendable {
    package var jobsPerBatch = 256
    /// How long an idle lane rests before it looks again, where it is not called. Administrators wait for the answer,
    /// and only push.
    package var idleWaitMs = 12
    /// How long it waits to be called.
    package var restMs = 1_000
    /// How long a batch that waits for the database goes on once the lane is to stop.
    package var stoppingMs: Int64 = 5_000
    package var directoryMs: Int64 = 2_000
    /// How often time-outs and leftovers are looked for, and decisions that jobs wait for.
    package var sweepMs: Int64 = 2_000
    package var pendingMs: Int64 = 50
    /// How often a new day is looked for.
    package var expiryMs: Int64 = 60_000
    package var perSweep: Int64 = 256

    package init() {}
  }

  let settings: Settings
  let clock: any LaneClock
  private let connect: () throws -> (source: Source, books: Books)
  let report: LaneReport
  let pulse: LanePulse
  let failpoints: Failpoints
  let logger: Logger
  private var servers: (source: Source, books: Books)?
  private var outage: Outage
  private var watchWait: WatchWait
  var catalogue: (version: Int32, catalogue: Catalogue)?
  private var readAt: Int64 = .min
  private var turn = 0
  var sweptAt: Int64 = .min
  var lookedForDecisionsAt: Int64 = .min
  var nextExpiryAt: Int64 = .min
  /// Whether jobs wait for a decision of scoring.
  var hasPending = true
  /// Whether a batch of the last turns came to nothing although the servers answer.
  private var isPutOff = false
  private var collisions = BackOff(baseMs: 5, capMs: 500)

  /// - Parameter connect: makes a fresh pair of connections.
  package init(
    settings: Settings, clock: any LaneClock, report: LaneReport, pulse: LanePulse,
    failpoints: Failpoints = Failpoints(), logger: Logger,
    connect: @escaping () throws -> (source: Source, books: Books)
  ) {
    self.settings = settings
    self.clock = clock
    self.connect = connect
    self.report = report
    self.pulse = pulse
    self.failpoints = failpoints
    self.logger = logger
    self.outage = Outage(logger: logger, clock: clock, board: report.outages)
    self.watchWait = WatchWait(longestMs: settings.idleWaitMs)
  }

  /// Runs until stopped. Connects by itself, also after outages.
  package func run() {
    while !clock.isStopping { step() }
    try? failpoints.reach(.inShutdown, .rewards)
  }

  /// One look at all lists and at what is due, and the rest after it where there was nothing to do.
  package func step() {
    pulse.turn()
    do {
      let connected = try servers ?? connect()
      servers = connected
      try readCatalogue(connected.books)
      let worked = try takeTurns(connected)
      let swept = try doChores(connected)
      outage.recovered()
      if worked {
        watchWait.found(messages: 1)
      } else if !swept {
        try rest(connected.source)
      }
    } catch {
      servers = nil
      catalogue = nil
      readAt = .min
      pulse.isGood()
      _ = clock.wait(milliseconds: outage.failed(error, report: report))
    }
  }

  private func rest(_ source: Source) throws {
    if !watchWait.isLively, !isPutOff, let lists = catalogue?.catalogue.jobLists,
      try source.awaitJobs(in: lists, milliseconds: hasPending ? Int(settings.pendingMs) : settings.restMs)
    {
      return
    }
    _ = clock.wait(milliseconds: watchWait.next())
  }

  private func takeTurns(_ servers: (source: Source, books: Books)) throws -> Bool {
    guard let lists = catalogue?.catalogue.jobLists else {
      pulse.isGood()
      return false
    }
    let lengths = try servers.source.waiting(lists)
    turn += 1
    var worked = false
    isPutOff = false
    for step in lists.indices {
      let index = (step + turn) % lists.count
      guard lengths[index] > 0, !clock.isStopping else { continue }
      if try tryBatch(lists[index], servers) { worked = true }
    }
    // What waits beside that is another lane's, or paused.
    if worked || !isPutOff { pulse.isGood() }
    return worked
  }

  /// What is wrong with one batch concerns its list alone.
  private func tryBatch(_ list: JobList, _ servers: (source: Source, books: Books)) throws -> Bool {
    do {
      let worked = try workOff(list, servers)
      collisions.reset()
      return worked
    } catch let fault as BatchFault {
      logger.info("A batch of jobs is put off.", metadata: ["list": "\(list)", "reason": "\(fault)"])
      isPutOff = true
      var randomness = ClockRandomness(clock)
      _ = clock.wait(milliseconds: collisions.nextDelayMs(using: &randomness))
      return false
    }
  }

  private func readCatalogue(_ books: Books) throws {
    let now = clock.nowMs
    guard readAt == .min || now - readAt >= settings.directoryMs else { return }
    readAt = now
    guard let newest = try books.currentCatalogue(), newest.version != catalogue?.version else { return }
    catalogue = newest
    logger.info("Took up a catalogue.", metadata: ["catalogue.version": "\(newest.version)"])
  }
}

extension Catalogue {
  /// The lists that are read: of all administrators, and of the partners that deliver rewards.
  fileprivate var jobLists: [JobList] {
    administrators.map { .jobs($0) } + deliverers.map { .fulfilled($0.code) }
  }
}
