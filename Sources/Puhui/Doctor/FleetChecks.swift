import Queues

/// What the doctor knows of lists and workers: two looks, some seconds apart.
struct FleetEvidence {
  struct Look {
    var lists: [LeaseRecord]
    /// All batches booked so far; `nil` where PostgreSQL does not say.
    var batches: Int64?
  }

  var queues: QueueStatus
  var first: Look
  /// The same as the first where nothing was waiting.
  var second: Look
  /// How far the looks are apart.
  var seconds: Int
  var lastBookedSeconds: Int64?
  /// Whether it is known whom lists belong to.
  var hasCatalogue = true
  /// Whether an owner's process was on this host, and is no more.
  var isGone: (String) -> Bool = LaneOwner.isGone

  /// The lists in which something waited at both looks, and that nobody paused.
  var waiting: [LeaseRecord] {
    let before = Set(first.lists.filter { $0.length > 0 }.map(\.list))
    return second.lists.filter { $0.length > 0 && !$0.isPaused && before.contains($0.list) }
  }

  /// Whether messages left a list, or a batch was booked, between the looks.
  var hasMoved: Bool {
    let before = Dictionary(first.lists.map { ($0.list, $0) }, uniquingKeysWith: { first, _ in first })
    let hasLeft = second.lists.contains { list in
      before[list.list].map { $0.place != list.place || $0.length > list.length } ?? false
    }
    return hasLeft || (first.batches != nil && first.batches != second.batches)
  }
}

/// What is looked at in the lists and among the workers.
enum FleetChecks {
  static let all: [Check<FleetEvidence>] = [
    Check("fleet.workers", workers), Check("fleet.data-loss", dataLoss), Check("fleet.progress", progress),
    Check("fleet.oldest", oldest), Check("fleet.leases", leases), Check("fleet.paused", paused),
    Check("fleet.strangers", strangers),
  ]

  /// Workers say that they are alive every 5 s.
  private static func workers(_ evidence: FleetEvidence) -> Finding? {
    let workers = evidence.queues.workers
    guard !workers.isEmpty else { return .warning("no worker runs", "start some: `puhui all`") }
    let silent = workers.filter { $0.ageMs > 15_000 }
    guard let first = silent.first else { return .ok("\(workers.count) worker processes are alive") }
    return .warning(
      "\(silent.count) of \(workers.count) workers have been silent for more than 15 s, such as \(first.id)",
      "they died, or hang: their messages are taken over by others; see their logs, and start them again")
  }

  private static func dataLoss(_ evidence: FleetEvidence) -> Finding? {
    let risky = evidence.queues.workers.filter(\.acceptsDataLoss)
    guard let first = risky.first else { return nil }
    return .warning(
      "\(risky.count) workers run with --accept-data-loss, such as \(first.id)",
      "put the servers right (see above), and start the workers without it")
  }

  private static func progress(_ evidence: FleetEvidence) -> Finding? {
    let waiting = evidence.waiting
    let booked = evidence.lastBookedSeconds.map { "the last batch was booked \($0) s ago" } ?? "nothing was ever booked"
    guard !waiting.isEmpty else { return .ok("nothing waits; \(booked)") }
    let elements = waiting.map(\.length).reduce(0, +)
    let found = "\(elements) elements wait in \(waiting.count) lists"
    if evidence.hasMoved { return .ok("\(found), and are being worked on") }
    let stalled = "\(found), such as \(waiting[0].list), and nothing has moved in \(evidence.seconds) s; \(booked)"
    guard !evidence.queues.workers.isEmpty else {
      return .problem("\(stalled); no worker runs", "start some: `puhui all`")
    }
    return .problem(
      "\(stalled); \(evidence.queues.workers.count) workers say that they are alive",
      "see the workers' logs for the list's name or shard; stop them with SIGTERM (or kill -9: nothing is lost by it),"
        + " and start them again")
  }

  private static func oldest(_ evidence: FleetEvidence) -> Finding? {
    guard let oldest = evidence.queues.shards.max(by: { ($0.oldestMs ?? 0) < ($1.oldestMs ?? 0) }),
      let age = oldest.oldestMs
    else { return nil }
    let found = "the oldest block waits for \(age) ms, in \(oldest.name)"
    return age > 30_000 ? .warning(found, "start more scoring lanes, or see what holds PostgreSQL up") : .ok(found)
  }

  private static func leases(_ evidence: FleetEvidence) -> Finding? {
    let before = Dictionary(evidence.first.lists.map { ($0.list, $0) }, uniquingKeysWith: { first, _ in first })
    let orphans = evidence.waiting.filter { record in
      guard record.isWorking, let owner = record.owner, before[record.list]?.place == record.place else { return false }
      return record.leftMs <= 0 || evidence.isGone(owner)
    }
    guard let first = orphans.first else { return .ok("no list waits for an owner that is gone") }
    return .warning(
      "\(orphans.count) lists were left by owners that are gone, such as \(first.list) by \(first.owner ?? "?")",
      "nothing: any worker takes them over at once; start one if none runs")
  }

  private static func paused(_ evidence: FleetEvidence) -> Finding? {
    let paused = evidence.second.lists.filter(\.isPaused)
    guard let first = paused.first else { return nil }
    return .warning(
      "\(paused.count) lists are paused: \(paused.prefix(5).map(\.list).joined(separator: ", "))",
      "`puhui resume \(first.list)` when the reason is gone")
  }

  private static func strangers(_ evidence: FleetEvidence) -> Finding? {
    guard evidence.hasCatalogue else { return nil }
    let strangers = evidence.queues.strangers
    guard let first = strangers.first else { return .ok("every list belongs to somebody in the catalogue") }
    return .warning(
      "\(strangers.count) lists belong to nobody in the catalogue, such as \(first.name) with \(first.length) elements",
      "a typing error of a partner, mostly: tell them, or add them to the catalogue; `redis-cli RENAME` moves a list"
    )
  }
}
