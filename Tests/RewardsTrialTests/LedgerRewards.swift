import CarbonInclusion
import Foundation
import Ledger
import Messages
import PostgresClient
import RewardsModel
import TestServers
import Workers

/// The product behind the model's interface: the real fold and scorer on the real ledger, with a clock of the test's.
struct LedgerRewards: RewardsSystem {
  let url: String
  private let world: RewardsWorld
  let catalogue: Catalogue
  private let policy: Policy
  private let books: RewardsBooks
  private let shards: ShardBooks
  private var epochs: [Int16: Int64] = [:]
  private var offset: Int64 = 0
  /// Who did what, for reversals; an activity that was taken back is none any more.
  private var activities: [String: String] = [:]

  init(world: RewardsWorld) throws {
    self.world = world
    url = try PostgresServer.shared.makeDatabase()
    catalogue = world.catalogue
    var connection = try Self.connect(url)
    _ = try Migrator.migrate(&connection)
    let version = try CatalogueStore.apply(catalogue, yaml: "the model's world", by: "test", &connection).version
    let stored = try CatalogueStore.load(version: version, &connection)
    policy = Policy(version: version, catalogue: catalogue, numbers: stored.numbers)
    books = try RewardsBooks(connection: try Self.connect(url))
    shards = try ShardBooks(connection: try Self.connect(url), owner: "test")
  }

  static func connect(_ url: String) throws -> PostgresConnection {
    try PostgresConnection(url: url, applicationName: "test", statementTimeoutMs: 120_000)
  }

  mutating func apply(_ operations: [RewardsOperation], at now: Instant) throws -> [RewardsAnswer] {
    var answers: [RewardsAnswer] = []
    var jobs: [Job] = []
    for operation in operations {
      if case .job(let job) = operation {
        switch Self.job(job) {
        case .success(let job): jobs.append(job)
        case .failure(let fault):
          answers += try Self.answer(jobs, at: now, catalogue, books) + [.refused(fault.error.code.rawValue)]
          jobs = []
        }
        continue
      }
      answers += try Self.answer(jobs, at: now, catalogue, books)
      jobs = []
      try other(operation, at: now)
      answers.append(.silent)
    }
    return answers + (try Self.answer(jobs, at: now, catalogue, books))
  }

  mutating func race(_ operations: [RewardsOperation], at now: Instant) throws -> [RewardsAnswer] {
    let (url, catalogue) = (url, catalogue)
    let answers = Answers(count: operations.count)
    // What is no job has one hand: the shards' lane, and the rewards lane's sweep.
    var others: [(Int, RewardsOperation)] = []
    let group = DispatchGroup()
    for (index, operation) in operations.enumerated() {
      guard case .job(let job) = operation else {
        others.append((index, operation))
        continue
      }
      let parsed = Self.job(job)
      DispatchQueue.global().async(group: group) {
        answers.set(index) {
          switch parsed {
          case .failure(let fault): return .refused(fault.error.code.rawValue)
          case .success(let job):
            return try Self.answer([job], at: now, catalogue, try RewardsBooks(connection: try Self.connect(url)))[0]
          }
        }
      }
    }
    for (index, operation) in others {
      try other(operation, at: now)
      answers.set(index) { .silent }
    }
    group.wait()
    return try answers.all()
  }

  /// Answers as the rewards lane does: a batch that meets another one runs again.
  static func answer(
    _ jobs: [Job], at now: Instant, _ catalogue: Catalogue, _ books: RewardsBooks
  ) throws -> [RewardsAnswer] {
    guard !jobs.isEmpty else { return [] }
    for _ in 0..<100 {
      do {
        _ = try books.open(now: now)
        let answers = try books.answer(JobQuestions(jobs: jobs), catalogue: catalogue, now: now)
        var fold = JobFold(catalogue: catalogue, now: now, answers: answers, render: JobReplyWriter.text)
        let booking = fold.fold(jobs)
        try books.book(booking, now: now)
        try books.commit()
        return try booking.answers.map(RewardsAnswer.init)
      } catch let error as PostgresError where error.isUniqueViolation || error.isDeadlock || error.isLockTimeout {
        books.rollBack()
      }
    }
    throw TrialFailure("a batch met others a hundred times")
  }

  private mutating func other(_ operation: RewardsOperation, at now: Instant) throws {
    switch operation {
    case .job: break
    case .earn(let id, let resident, let points):
      guard activities[id] == nil else { return }
      activities[id] = resident
      let report = Activity.Report.act(
        behaviour: RewardsWorld.behaviour, quantity: Quantity(millionths: points * 1_000_000), unit: .order)
      try score(Activity(id: id, resident: resident, report: report, endedAt: now), at: now)
    case .reverse(let id):
      guard let resident = activities[id] else { return }
      try score(Activity(id: "back-\(id)", resident: resident, report: .reversal(of: id), endedAt: now), at: now)
    case .expire:
      var connection = try Self.connect(url)
      let today = world.day(now)
      for _ in 0..<10_000 {
        let page = try PointsExpiry.page(
          before: today, now: now, shards: Int16(ShardMap.count), pageSize: 3, &connection)
        if page.isFinished { return }
      }
      throw TrialFailure("the expiry of \(today) does not end")
    case .timeOut(let id): try timeOut([id], at: now)
    case .timeOutAll: try timeOut(try books.overdue(now: now, limit: 10_000), at: now)
    }
  }

  private func timeOut(_ ids: [String], at now: Instant) throws {
    for _ in 0..<100 {
      do {
        _ = try books.open(now: now)
        let answers = try books.answer(JobQuestions(overdue: ids), catalogue: catalogue, now: now)
        var fold = JobFold(catalogue: catalogue, now: now, answers: answers, render: JobReplyWriter.text)
        for id in ids {
          fold.timeOut(redemption: id)
          fold.timeOut(adjustment: id)
        }
        try books.book(fold.booked(), now: now)
        return try books.commit()
      } catch let error as PostgresError where error.isUniqueViolation || error.isDeadlock || error.isLockTimeout {
        books.rollBack()
      }
    }
    throw TrialFailure("time-outs met others a hundred times")
  }

  private mutating func score(_ activity: Activity, at now: Instant) throws {
    let shard = Int16(ShardMap.shard(ofResident: activity.resident))
    let epoch = try epochs[shard] ?? shards.takeOver(shard: shard)
    epochs[shard] = epoch
    offset += 1
    let inbox = InboxIncarnation(
      partnerNumber: policy.numbers.partners[RewardsWorld.scenarioPartner] ?? 0, incarnation: 1)
    let position = MessagePosition(partnerNumber: inbox.partnerNumber, incarnation: 1, offset: offset)
    let block = ReceivedBlock(
      inbox: inbox, end: offset + 1,
      messages: [
        ReceivedMessage(
          position: position,
          content: .activity(activity, content: Digest(high: 1, low: UInt64(offset)), evidence: nil))
      ], pushedAt: now)
    let opening = try shards.open([ShardEpoch(shard: shard, epoch: epoch)], now: now)[0]
    var scorer = BatchScorer(policy: policy, opening: opening, blocks: [block], render: ActivityMessage.encoded)
    let questions = scorer.questions { _ in false }
    let accounts = scorer.receive(try shards.answer([questions])[0])
    let windows = scorer.receive(try shards.accounts([accounts])[0])
    try shards.book([scorer.fold(try shards.histories([windows])[0])])
    try shards.commit()
  }

  static func job(_ job: RewardsJob) -> Result<Job, JobFault> {
    let text = JobText(job).text
    let speaker: Job.Speaker =
      switch job.speaker {
      case .administrator(let code): .administrator(code)
      case .partner(let code): .partner(code)
      }
    return Result { () throws(JobFault) in try JobDecoder.decode(Array(text.utf8), from: speaker) }
  }

  func snapshot() throws -> RewardsState {
    var connection = try Self.connect(url)
    return try RewardsState(reading: &connection)
  }
}

/// The answers of several threads.
private final class Answers: @unchecked Sendable {
  private let lock = NSLock()
  private var results: [Result<RewardsAnswer, any Error>?]

  init(count: Int) { results = Array(repeating: nil, count: count) }

  func set(_ index: Int, _ body: () throws -> RewardsAnswer) {
    let result = Result { try body() }
    lock.withLock { results[index] = result }
  }

  func all() throws -> [RewardsAnswer] {
    try lock.withLock { try results.map { try $0?.get() ?? .silent } }
  }
}

/// What a trial stands on and that did not come about.
struct TrialFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
