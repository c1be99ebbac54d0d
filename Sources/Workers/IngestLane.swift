import CarbonInclusion
package import Lanes
package import Logging
import Messages

/// The ingest loop: takes turns over the partners' inboxes, checks the form of each message, and hands packed blocks to
/// the shards. Nothing leaves an inbox before all its blocks were accepted.
package final class IngestLane<Source: InboxSource> {
  package struct Settings: Sendable {
    /// The most messages of one turn; also what a flooding partner can put in front of the others.
    package var messagesPerTurn = 4_096
    /// How long the idle lane that keeps watch waits before it looks again. Partners only push: nobody could wake it.
    package var idleWaitMs = 40
    /// How long the other idle lanes wait.
    package var restMs = 250
    /// How long a lane waits at most before it offers blocks again that full lists refused.
    package var fullWaitMs = 100
    /// How often the directory is read.
    package var directoryMs: Int64 = 1_000

    package init() {}
  }

  private let settings: Settings
  private let stop: StopSignal
  private let connect: () throws -> Source
  private let idle: IdlePost
  private let report: LaneReport
  private let logger: Logger
  private var outage: Outage
  private var directory: Directory?
  private var directoryReadAt: Int64 = .min
  private var turn = 0

  /// - Parameters:
  ///   - idle: shared by the ingest lanes of the process.
  ///   - connect: makes a fresh connection.
  package init(
    settings: Settings, stop: StopSignal, idle: IdlePost, report: LaneReport, logger: Logger,
    connect: @escaping () throws -> Source
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
    var source: Source?
    while !stop.isStopping {
      do {
        let connected = try source ?? connect()
        source = connected
        let moved = try takeTurns(connected)
        outage.recovered()
        if !moved { rest() }
      } catch {
        source = nil
        _ = stop.wait(milliseconds: outage.failed(error, report: report))
      }
    }
  }

  private func rest() {
    guard idle.enter() else {
      _ = stop.wait(milliseconds: settings.restMs)
      return
    }
    defer { idle.leave() }
    _ = stop.wait(milliseconds: settings.idleWaitMs)
  }

  /// One turn for each partner that has messages waiting.
  ///
  /// - Returns: whether anything was moved.
  private func takeTurns(_ source: Source) throws -> Bool {
    try readDirectory(source)
    guard let partners = directory?.partners, !partners.isEmpty else { return false }
    let lengths = try source.waiting(partners)
    var moved = false
    turn += 1
    for step in partners.indices {
      let index = (step + turn) % partners.count
      guard lengths[index] > 0, !stop.isStopping else { continue }
      if try takeTurn(partners[index], source) { moved = true }
    }
    return moved
  }

  private func takeTurn(_ partner: String, _ source: Source) throws -> Bool {
    var packer = BlockPacker(partner: partner)
    let claimed = try source.claim(partner, count: settings.messagesPerTurn) { incarnation, offset, message in
      packer.add(message, incarnation: incarnation, offset: offset)
    }
    guard let claim = claimed else { return false }
    guard try handOn(packer.blocks(of: claim), claim, source) else { return false }
    // Where the lease was lost, the next owner hands the same positions on, and scoring knows them.
    guard try source.trim(claim) else { return false }
    report.finished(messages: claim.count)
    return true
  }

  /// Offers the blocks until each was accepted: of each shard the first one that is left, so that their order stays.
  /// The lane renews its lease while it waits.
  ///
  /// - Returns: `false` where the lane is to stop, or has lost the lease.
  private func handOn(_ blocks: [(shard: Int, block: [UInt8])], _ claim: InboxClaim, _ source: Source) throws -> Bool {
    var left = blocks
    var waitMs = 5
    while true {
      var shards: Set<Int> = []
      let offered = left.indices.filter { shards.insert(left[$0].shard).inserted }
      let accepted = try source.push(offered.map { left[$0] })
      let gone = Set(zip(offered, accepted).filter(\.1).map(\.0))
      left = left.indices.filter { !gone.contains($0) }.map { left[$0] }
      if left.isEmpty { return true }
      if !gone.isEmpty {
        waitMs = 5
        continue
      }
      waitMs = min(waitMs * 2, settings.fullWaitMs)
      if stop.wait(milliseconds: waitMs) {
        try source.handBack(claim)
        return false
      }
      guard try source.renew(claim) else { return false }
    }
  }

  private func readDirectory(_ source: Source) throws {
    let now = monotonicMilliseconds()
    guard directory == nil || now - directoryReadAt >= settings.directoryMs else { return }
    directoryReadAt = now
    let read = try source.directory()
    if let read, read != directory {
      logger.info(
        "Read the directory of partners.",
        metadata: ["catalogue.version": "\(read.catalogueVersion)", "partners": "\(read.partners.count)"])
    }
    directory = read ?? directory
  }
}
