/// How a batch of jobs begins.
package struct JobOpening: Sendable {
  /// The database's clock.
  package var now: Instant
  package var catalogueVersion: Int32

  package init(now: Instant, catalogueVersion: Int32) {
    self.now = now
    self.catalogueVersion = catalogueVersion
  }
}

/// What the ledger answers before a batch of jobs is folded. Accounts and stocks are locked.
package struct JobAnswers: Sendable {
  package struct KnownJob: Sendable, Equatable {
    package var content: Digest
    /// `nil` while something else has to happen first.
    package var answer: String?

    package init(content: Digest, answer: String?) {
      self.content = content
      self.answer = answer
    }
  }

  package struct Account: Sendable, Equatable {
    package var resident: String
    package var purse: PointsPurse
    package var actions: Int64
    package var reductionMilligrams: Int64
    package var title: String?

    package init(
      resident: String, purse: PointsPurse, actions: Int64, reductionMilligrams: Int64, title: String?
    ) {
      self.resident = resident
      self.purse = purse
      self.actions = actions
      self.reductionMilligrams = reductionMilligrams
      self.title = title
    }
  }

  /// What one resident has had of one reward in its present period.
  package struct UsageKey: Sendable, Hashable {
    package var account: AccountKey
    package var reward: String

    package init(account: AccountKey, reward: String) {
      self.account = account
      self.reward = reward
    }
  }

  package var jobs: [String: KnownJob] = [:]
  package var residents: [String: AccountKey] = [:]
  package var erased: Set<String> = []
  package var accounts: [AccountKey: Account] = [:]
  package var redemptions: [String: Redemption] = [:]
  package var adjustments: [String: Adjustment] = [:]
  package var stocks: [String: RewardStock] = [:]
  /// Codes to give, oldest first; at least as many as the batch can ask for, or all there are.
  package var freeCodes: [String: [String]] = [:]
  /// Of the codes that the batch brings, those that are in the pool already.
  package var knownCodes: [String: Set<String>] = [:]
  package var usage: [UsageKey: Int64] = [:]
  /// Residents of whom activities were seen in the queues, and how many at least.
  package var queued: [String: Int64] = [:]

  package init() {}
}
