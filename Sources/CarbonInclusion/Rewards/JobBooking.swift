/// Everything that one batch of jobs writes, in one transaction.
package struct JobBooking: Sendable {
  /// What becomes of one job.
  package enum Answer: Sendable, Equatable {
    /// To be sent, as it is written here.
    case reply(String)
    /// Something else has to happen first.
    case pending
    /// The job is alone in its batch, and needs more than accounts: the ledger answers it.
    case document(AccountKey?)
  }

  /// In the order of the jobs.
  package var answers: [Answer] = []
  package var jobs: [BookedJob] = []
  package var accounts: [AccountKey: PointsPurse] = [:]
  package var entries: [AccountEntry] = []
  package var redemptions: [String: Redemption] = [:]
  package var newRedemptions: Set<String> = []
  package var adjustments: [String: Adjustment] = [:]
  package var newAdjustments: Set<String> = []
  package var stocks: [String: RewardStock] = [:]
  package var newCodes: [(reward: String, code: String)] = []

  package init() {}

  /// What has to be handed to partners after COMMIT.
  package var fulfilments: [Redemption] {
    redemptions.values.filter { $0.status == .held }.sorted { $0.id < $1.id }
  }
}

/// A job that is remembered, with its answer.
package struct BookedJob: Sendable {
  package var job: Job
  package var account: AccountKey?
  package var answer: String?

  package init(job: Job, account: AccountKey?, answer: String?) {
    self.job = job
    self.account = account
    self.answer = answer
  }
}
