import CarbonInclusion
import CatalogueFile
import Certificates
import Ledger
import Messages
import PostgresClient
import Workers

/// The books of rewards, for one rewards lane: the ledger's errors in the words of the loop.
final class RewardsLedgerBooks: RewardsLedger {
  private static let accountsPerPage: Int64 = 1_000

  private let books: RewardsBooks
  private let signingKey: SigningKey?
  private var read: (version: Int32, catalogue: Catalogue)?

  /// - Parameter signingKey: from a file; `nil` where the ledger keeps the key of certificates.
  init(books: RewardsBooks, signingKey: SigningKey?) {
    self.books = books
    self.signingKey = signingKey
  }

  var whileWaiting: (() -> Bool)? {
    get { books.whileWaiting }
    set { books.whileWaiting = newValue }
  }

  func currentCatalogue() throws -> (version: Int32, catalogue: Catalogue)? {
    let version = try books.catalogueVersion()
    return version > 0 ? (version, try catalogue(version: version)) : nil
  }

  func catalogue(version: Int32) throws -> Catalogue {
    if let read, read.version == version { return read.catalogue }
    let stored = try books.catalogue(version: version)
    let catalogue = try CatalogueFile.read(text: stored.yaml, fileName: "catalogue version \(version)")
    read = (version, catalogue)
    return catalogue
  }

  func open() throws -> JobOpening { try translating { try books.open(now: nil) } }

  func answer(_ questions: JobQuestions, catalogue: Catalogue, now: Instant) throws -> JobAnswers {
    try translating { try books.answer(questions, catalogue: catalogue, now: now) }
  }

  func document(_ job: Job, account: AccountKey?, catalogue: Catalogue, now: Instant) throws -> DocumentAnswer {
    try translating {
      let zone = catalogue.programme.timeZone
      switch job.operation {
      case .statement(let resident, let from, let to):
        return .reply(JobReply(try books.statement(resident: resident, from: from, to: to, zone: zone)))
      case .export(let resident): return .reply(JobReply(try books.export(resident: resident, zone: zone)))
      case .erase(let resident):
        return .reply(JobReply(try books.erase(resident: resident, account: account, alias: Self.alias())))
      case .review(let partner, let activity, let decision, let reason):
        let request = try books.request(
          job, partner: partner, activity: activity, decision: decision, reason: reason, now: now)
        return .forward(Self.review(request))
      case .certificate(let resident, let name):
        return .reply(try certificate(resident: resident, name: name, catalogue.programme))
      case .redeem, .cancel, .confirm, .fail, .restock, .balance, .adjust, .approve:
        preconditionFailure("\(job.operation.name) is answered by the fold")
      }
    }
  }

  private func certificate(resident: String, name: String?, _ programme: Catalogue.Programme) throws -> JobReply {
    let issuer = CertificateIssuer(programme: programme, key: signingKey)
    let issued = try books.withTransaction { connection in
      try issuer.issue(resident: resident, name: name, &connection)
    }
    return JobReply([
      .init("serial", .text(issued.signed.certificate.serial)), .init("certificate", .document(issued.json)),
      .init("svg", .text(issued.svg)),
    ])
  }

  func book(_ booking: JobBooking, now: Instant) throws { try translating { try books.book(booking, now: now) } }

  func commit() throws {
    do {
      try translating { try books.commit() }
    } catch let error as PostgresError where error.kind == .unknownCommit {
      throw UnknownCommit(error.description)
    }
  }

  func rollBack() { books.rollBack() }

  func overdue(limit: Int64) throws -> [String] { try books.overdue(limit: limit) }

  func leftovers(limit: Int64) throws -> HandOver {
    var left = HandOver()
    left.fulfilments = try books.leftFulfilments(limit: limit).map { fulfilment in
      HandOver.Fulfilment(
        redemption: fulfilment.redemption, partner: fulfilment.partner,
        text: FulfilmentMessage.encoded(
          redemption: fulfilment.redemption, resident: fulfilment.resident, reward: fulfilment.reward,
          quantity: fulfilment.quantity, deadline: fulfilment.deadline))
    }
    left.reviews = try books.leftReviews(limit: limit).map(Self.review)
    return left
  }

  private static func review(_ request: ReviewRequest) -> HandOver.Review {
    let review = Block.Review(
      jobID: request.jobID, activityID: request.activityID, decision: request.decision, reason: request.reason,
      administrator: request.administrator)
    // One review is one block.
    let block = ReviewBlocks.pack([review], ofPartner: request.partner).first ?? []
    return HandOver.Review(jobID: request.jobID, shard: Int(request.shard), block: block)
  }

  func markHandedOver(redemptions: [String], reviews: [String]) throws {
    try books.markHandedOver(redemptions)
    try books.markForwarded(reviews)
  }

  func decidedReviews(limit: Int64) throws -> [(id: String, text: [UInt8])] {
    let answers = try books.decidedReviews(limit: limit).map { review in
      let reply = JobReply([.init("status", .text("decided")), .init("outcome", .text(review.outcome.code))])
      return (jobID: review.jobID, text: JobReplyWriter.text(review.jobID, "review", reply))
    }
    guard !answers.isEmpty else { return [] }
    try books.remember(answers)
    return answers.map { ($0.jobID, Array($0.text.utf8)) }
  }

  func hasPendingJobs() throws -> Bool { try books.hasPending() }

  func expirePage(_ catalogue: Catalogue) throws -> Bool {
    try translating {
      try books.expirePage(catalogue.programme, shards: Int16(ShardMap.count), pageSize: Self.accountsPerPage)
        .isFinished
    }
  }

  /// What an erased resident is called from then on: nothing that could be traced back.
  private static func alias() -> String {
    "erased-" + (0..<2).map { _ in String(UInt64.random(in: (1 << 60) ... .max), radix: 16) }.joined()
  }

  private func translating<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as PostgresError
      where !books.isBroken
      && (error.isUniqueViolation || error.isDeadlock || error.isSerialization || error.isLockTimeout)
    {
      throw BatchFault.collided(error.description)
    } catch let error as PostgresError where !books.isBroken && error.isAboutData {
      throw BatchFault.refused(error.description)
    }
  }
}
