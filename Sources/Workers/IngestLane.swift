package import Lanes
package import Logging
import Messages

/// The ingest loop: takes turns over the partners' inboxes, checks the form of each message, and hands packed blocks to
/// the shards. Nothing leaves an inbox before all its blocks were accepted.
package final class IngestLane<Source: InboxSource> {
  package struct Settings: Sendable {
    /// The most messages of one turn; also what a flooding partner can put in front of the others.
    package var messagesPerTurn = 4_096
    /// Partners with no more messages than this take their turns together.
    var littleMessages: Int { min(256, messagesPerTurn) }
    /// How long the idle lane that keeps watch waits at most before it looks again, where it is not called; see
    /// `WatchWait`.
    package var idleWaitMs = 80
    /// How long it waits to be called, and the other idle lanes wait.
    package var restMs = 1_000
    /// The most turns that a lane parks, because full lists refuse their blocks; each is as large as a turn's messages.
    package var parkedTurns = 16
    /// How long a parked turn waits at most before it is offered again.
    package var fullWaitMs: Int64 = 100
    /// A turn that waits for longer without a block accepted is offered only every so often: its shard stands still.
    package var patienceMs: Int64 = 3_000
    package var parkedMs: Int64 = 500
    /// How often the directory is read.
    package var directoryMs: Int64 = 2_000

    package init() {}
  }

  let settings: Settings
  let clock: any LaneClock
  private let connect: () throws -> Source
  private let idle: IdlePost
  private let report: LaneReport
  let pulse: LanePulse
  let failpoints: Failpoints
  private let logger: Logger
  private var source: Source?
  private var outage: Outage
  /// Turns that full lists hold up, by partner. Their leases are kept.
  var parked: [String: OfferedTurn] = [:]
  var quietPartners: QuietPartners
  private var watchWait: WatchWait
  private var turnSizes: [String: TurnSize] = [:]
  /// Of each inbox, the lease that this lane had last.
  private var epochs: [String: Int64] = [:]
  private var directory: Directory?
  private var directoryReadAt: Int64 = .min
  private var turn = 0
  /// What was handed on since the last look at the inboxes.
  private var messagesTaken = 0
  /// Whether the last look left messages behind.
  private var isMoreWaiting = false

  /// - Parameters:
  ///   - idle: shared by the ingest lanes of the process.
  ///   - connect: makes a fresh connection.
  package init(
    settings: Settings, clock: any LaneClock, idle: IdlePost, report: LaneReport, pulse: LanePulse,
    failpoints: Failpoints = Failpoints(), logger: Logger, connect: @escaping () throws -> Source
  ) {
    self.settings = settings
    self.clock = clock
    self.idle = idle
    self.connect = connect
    self.report = report
    self.pulse = pulse
    self.failpoints = failpoints
    self.logger = logger
    self.watchWait = WatchWait(longestMs: settings.idleWaitMs)
    self.quietPartners = QuietPartners(messagesPerTurn: settings.messagesPerTurn)
    self.outage = Outage(logger: logger, clock: clock, board: report.outages)
  }

  /// Runs until stopped. Connects by itself, also after outages.
  package func run() {
    while !clock.isStopping { step() }
    if let source { handBackParked(source) }
    try? failpoints.reach(.inShutdown, .ingest)
  }

  /// One turn over all inboxes, and the rest after it where there was nothing to do.
  package func step() {
    pulse.turn()
    do {
      let connected = try source ?? connect()
      source = connected
      messagesTaken = 0
      let moved = try takeTurns(connected)
      outage.recovered()
      if moved { watchWait.found(messages: messagesTaken) }
      // Whoever has taken everything lets something gather: each message alone would cost a transaction.
      if !moved || (!isMoreWaiting && parked.isEmpty) { try rest(connected) }
    } catch {
      source = nil
      parked = [:]
      pulse.isGood()
      _ = clock.wait(milliseconds: outage.failed(error, report: report))
    }
  }

  private func rest(_ source: Source) throws {
    pulse.isGood()
    let keepsWatch = idle.enter()
    defer { if keepsWatch { idle.leave() } }
    if keepsWatch, !watchWait.isLively, parked.isEmpty, let partners = directory?.partners,
      try source.awaitMessages(of: partners, milliseconds: settings.restMs)
    {
      return
    }
    let longest = Int64(keepsWatch ? watchWait.next() : settings.restMs)
    let due = parked.values.map { $0.dueAtMs - clock.nowMs }.min() ?? longest
    _ = clock.wait(milliseconds: Int(max(1, min(longest, due))))
  }

  /// One turn for each partner that has messages waiting.
  ///
  /// - Returns: whether anything was moved.
  private func takeTurns(_ source: Source) throws -> Bool {
    try readDirectory(source)
    guard let partners = directory?.partners, !partners.isEmpty else { return false }
    let lengths = try source.waiting(partners)
    quietPartners.look(at: lengths, of: partners, nowMs: clock.nowMs)
    var moved = try offerParked(source)
    turn += 1
    isMoreWaiting = false
    let inTurn = partners.indices.map { ($0 + turn) % partners.count }.filter { lengths[$0] > 0 }
      .map { (partner: partners[$0], waiting: lengths[$0]) }
    var alone = inTurn.filter { $0.waiting > settings.littleMessages }
    var little = inTurn.filter { $0.waiting <= settings.littleMessages && parked[$0.partner] == nil }
    if little.count > 1, parked.count + little.count <= settings.parkedTurns, !clock.isStopping {
      let taken = try takeTurnsTogether(little.map(\.partner), source)
      if taken.moved { moved = true }
      little = little.filter { taken.alone.contains($0.partner) }
    }
    alone += little
    for (partner, waiting) in alone where !clock.isStopping && mayTakeTurn(partner, waiting: waiting) {
      if try takeTurn(partner, source) { moved = true }
    }
    return moved
  }

  /// Turns of partners that have little, with the round trips of one.
  ///
  /// - Returns: whether anything was moved, and whose turn is better taken alone, because their inbox is in doubt.
  private func takeTurnsTogether(_ partners: [String], _ source: Source) throws -> (moved: Bool, alone: Set<String>) {
    var packers: [String: BlockPacker] = [:]
    let claims = try source.claim(partners, count: settings.littleMessages) { claim, offset, message in
      packers[claim.partner, default: BlockPacker(partner: claim.partner, failpoints: failpoints)]
        .add(message, incarnation: claim.incarnation, offset: offset)
    }
    if !packers.isEmpty, let failure = failpoints.failure(at: .afterClaim, .ingest) { throw failure }
    var alone = Set(partners).subtracting(claims.map(\.partner))
    var turns: [OfferedTurn] = []
    for claim in claims {
      guard let packer = packers[claim.partner] else {
        try source.handBack(claim)
        alone.insert(claim.partner)
        continue
      }
      try noteOwner(claim)
      let isAll = claim.count < settings.littleMessages
      turns.append(OfferedTurn(claim: claim, left: packer.blocks(of: claim), isAll: isAll))
      if isAll { quietPartners.tookAll(of: claim.partner) } else { isMoreWaiting = true }
    }
    guard !turns.isEmpty else { return (false, alone) }
    try failpoints.reach(.afterParse, .ingest)
    try failpoints.reach(.beforeBegin, .ingest)
    try offerTogether(&turns, source)
    var isMoved = try finish(turns.filter(\.left.isEmpty).map(\.claim), source)
    for turn in turns where !turn.left.isEmpty {
      if try handOn(turn, source), try finish([turn.claim], source) { isMoved = true }
    }
    return (isMoved, alone)
  }

  private func noteOwner(_ claim: InboxClaim) throws {
    guard epochs.updateValue(claim.epoch, forKey: claim.partner) != claim.epoch else { return }
    try failpoints.reach(.inTakeover, .ingest)
  }

  private func takeTurn(_ partner: String, _ source: Source) throws -> Bool {
    var packer = BlockPacker(partner: partner, failpoints: failpoints)
    var size = turnSizes[partner] ?? TurnSize(most: settings.messagesPerTurn)
    let asked = size.messages
    var failure: (any Error)?
    let claimed = try source.claim(partner, count: asked) { claim, offset, message in
      if offset == claim.position { failure = failpoints.failure(at: .afterClaim, .ingest) }
      if claim.attemptsAlone >= Poison.deathsAlone {
        packer.bury(message, incarnation: claim.incarnation, offset: offset, attempts: claim.attemptsAlone)
      } else {
        packer.add(message, incarnation: claim.incarnation, offset: offset)
      }
    }
    guard let claim = claimed else { return false }
    if let failure { throw failure }
    try noteOwner(claim)
    size.took(messages: claim.count, bytes: packer.bytes)
    turnSizes[partner] = size
    if claim.isSuspect {
      tellOfSuspect(claim)
      guard try source.setDown(claim) else { return false }
    }
    try failpoints.reach(.afterParse, .ingest)
    try failpoints.reach(.beforeBegin, .ingest)
    let offered = OfferedTurn(claim: claim, left: packer.blocks(of: claim), isAll: claim.count < asked)
    if offered.isAll { quietPartners.tookAll(of: partner) } else { isMoreWaiting = true }
    guard try handOn(offered, source) else { return false }
    return try finish([claim], source)
  }

  /// Every block was accepted: removes the messages.
  ///
  /// - Returns: whether any were. Where a lease was lost, the next owner hands the same positions on, and scoring knows
  ///   them.
  func finish(_ claims: [InboxClaim], _ source: Source) throws -> Bool {
    guard !claims.isEmpty else { return false }
    try failpoints.reach(.afterCommit, .ingest)
    let trimmed = zip(claims, try source.trim(claims)).filter(\.1).map(\.0)
    guard !trimmed.isEmpty else { return false }
    try failpoints.reach(.afterTrim, .ingest)
    for claim in trimmed {
      messagesTaken += claim.count
      report.finished(messages: claim.count)
    }
    pulse.isGood()
    return true
  }

  private func tellOfSuspect(_ claim: InboxClaim) {
    guard claim.attemptsAlone > 0 else { return }
    let isBuried = claim.attemptsAlone >= Poison.deathsAlone
    logger.log(
      level: isBuried ? .error : .warning,
      isBuried ? "Buried a message that killed its workers." : "A message may have killed its worker.",
      metadata: [
        "partner": "\(claim.partner)", "position": "\(claim.incarnation):\(claim.position)",
        "deaths": "\(claim.attemptsAlone)",
      ])
  }

  private func readDirectory(_ source: Source) throws {
    let now = clock.nowMs
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
