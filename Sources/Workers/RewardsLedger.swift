package import CarbonInclusion

/// What a rewards lane needs of PostgreSQL. Used by one thread.
///
/// Throws `BatchFault` for what concerns the batch alone; any other error means that the connection is done for.
package protocol RewardsLedger: AnyObject {
  /// See `ScoringBooks`.
  var whileWaiting: (() -> Bool)? { get set }

  /// The newest catalogue; `nil` where none was applied.
  func currentCatalogue() throws -> (version: Int32, catalogue: Catalogue)?

  /// Begins a batch.
  func open() throws -> JobOpening
  func catalogue(version: Int32) throws -> Catalogue
  func answer(_ questions: JobQuestions, catalogue: Catalogue, now: Instant) throws -> JobAnswers
  /// Answers a job that is alone in its batch, inside the batch's transaction.
  ///
  /// - Throws: `JobError` where it is refused.
  func document(_ job: Job, account: AccountKey?, catalogue: Catalogue, now: Instant) throws -> DocumentAnswer
  func book(_ booking: JobBooking, now: Instant) throws
  /// - Throws: `UnknownCommit` where nobody knows whether the batch is booked.
  func commit() throws
  func rollBack()

  /// Redemptions and adjustments whose time is up.
  func overdue(limit: Int64) throws -> [String]
  /// Fulfilments and reviews that were committed a while ago, and are not known to have been handed on.
  func leftovers(limit: Int64) throws -> HandOver
  func markHandedOver(redemptions: [String], reviews: [String]) throws
  /// Jobs whose review scoring has decided since, with their answers, which are remembered before they are returned.
  func decidedReviews(limit: Int64) throws -> [(id: String, text: [UInt8])]
  /// Whether any job waits for such a decision.
  func hasPendingJobs() throws -> Bool

  /// Expires one page of what ended before today.
  ///
  /// - Returns: whether the day is finished.
  func expirePage(_ catalogue: Catalogue) throws -> Bool
}

/// What becomes of a job that needs more than accounts.
package enum DocumentAnswer: Sendable {
  case reply(JobReply)
  /// Scoring has to decide first.
  case forward(HandOver.Review)
}

/// What has to be handed on after COMMIT.
package struct HandOver: Sendable {
  package struct Fulfilment: Sendable {
    package var redemption: String
    package var partner: String
    package var text: [UInt8]

    package init(redemption: String, partner: String, text: [UInt8]) {
      self.redemption = redemption
      self.partner = partner
      self.text = text
    }
  }

  /// A decision about a held activity, as a block for its shard.
  package struct Review: Sendable {
    package var jobID: String
    package var shard: Int
    package var block: [UInt8]

    package init(jobID: String, shard: Int, block: [UInt8]) {
      self.jobID = jobID
      self.shard = shard
      self.block = block
    }
  }

  package var fulfilments: [Fulfilment] = []
  package var reviews: [Review] = []

  package init() {}

  var isEmpty: Bool { fulfilments.isEmpty && reviews.isEmpty }
}
