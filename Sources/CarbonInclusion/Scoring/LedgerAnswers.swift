/// A shard, and since which take-over its books are somebody's.
package struct ShardEpoch: Sendable, Equatable {
  package var shard: Int16
  package var epoch: Int64

  package init(shard: Int16, epoch: Int64) {
    self.shard = shard
    self.epoch = epoch
  }
}

/// How a batch begins: the shard's fence row, locked by the batch's transaction.
package struct BatchOpening: Sendable, Equatable {
  package var shard: Int16
  package var batchNumber: Int64
  package var nextEntryNumber: Int64
  package var nextResidentNumber: Int32
  /// The database's clock.
  package var now: Instant
  package var catalogueVersion: Int32
  package var highWaterMarks: [InboxIncarnation: Int64]

  package init(
    shard: Int16, batchNumber: Int64, nextEntryNumber: Int64, nextResidentNumber: Int32, now: Instant,
    catalogueVersion: Int32, highWaterMarks: [InboxIncarnation: Int64]
  ) {
    self.shard = shard
    self.batchNumber = batchNumber
    self.nextEntryNumber = nextEntryNumber
    self.nextResidentNumber = nextResidentNumber
    self.now = now
    self.catalogueVersion = catalogueVersion
    self.highWaterMarks = highWaterMarks
  }
}

/// A refused message: where it stood, and what it said.
package struct RefusedContent: Sendable, Hashable {
  package let position: MessagePosition
  package let content: Digest

  package init(position: MessagePosition, content: Digest) {
    self.position = position
    self.content = content
  }
}

/// What the ledger is asked first.
package struct LedgerQuestions: Sendable, Equatable {
  package var keys: [ActivityKey] = []
  /// Messages that may have been refused before.
  package var refusals: [RefusedContent] = []
  /// Dead letters that are retried. They are to be locked, so that no two batches decide about one.
  package var letters: [DeadLetterKey] = []
  /// Jobs that review a held activity; to be locked as the letters.
  package var reviews: [String] = []

  package init() {}
}

/// What the ledger answers.
package struct LedgerAnswers: Sendable {
  /// An activity that was recorded under its id, here or in another shard.
  package struct KnownActivity: Sendable, Equatable {
    package var content: Digest
    package var shard: Int16
    package var residentNumber: Int32
    package var entryNumber: Int64

    package init(content: Digest, shard: Int16, residentNumber: Int32, entryNumber: Int64) {
      self.content = content
      self.shard = shard
      self.residentNumber = residentNumber
      self.entryNumber = entryNumber
    }
  }

  package var known: [ActivityKey: KnownActivity] = [:]
  package var refusals: [RefusedContent: OutcomeNotice] = [:]
  package var letters: [DeadLetterKey: KnownDeadLetter] = [:]
  package var reviews: [String: KnownReview] = [:]
  /// Whether any resident was ever erased.
  package var isAnyoneErased = false

  package init() {}
}

/// What a batch asks once it knows which of its messages are new.
package struct AccountQuestions: Sendable, Equatable {
  /// Residents of whom more may be booked than duplicates. The batch is void where somebody else changes one of their
  /// accounts before it ends.
  package var booked: [String] = []
  /// Residents of whom nothing more is booked than counts.
  package var read: [String] = []
  /// Those of them who had an account a moment ago.
  package var reviewed: [String] = []

  package init() {}
}

package struct AccountAnswers: Sendable {
  package struct Account: Sendable, Equatable {
    package var residentNumber: Int32
    package var actions: Int64
    package var reductionMilligrams: Int64
    package var nanopoints: Int64
    /// The code of the highest title reached, where it is above the lowest.
    package var title: String?
    /// No recorded activity of the resident ended later.
    package var latestAt: Instant
    /// The points, which others move too; `nil` where nothing may be booked on the account.
    package var purse: PointsPurse?

    package init(
      residentNumber: Int32, actions: Int64, reductionMilligrams: Int64, nanopoints: Int64, title: String? = nil,
      latestAt: Instant, purse: PointsPurse? = nil
    ) {
      self.residentNumber = residentNumber
      self.actions = actions
      self.reductionMilligrams = reductionMilligrams
      self.nanopoints = nanopoints
      self.title = title
      self.latestAt = latestAt
      self.purse = purse
    }
  }

  package var accounts: [String: Account] = [:]
  /// Those of the residents who have no account because they were erased.
  package var erased: Set<String> = []

  package init() {}
}

/// For each window, by its resident's number, the recorded activities in it, in booked order.
package typealias HistoryAnswers = [Int32: [RecordedActivity]]

/// The part of a resident's history that a batch needs.
package struct HistoryWindow: Sendable, Equatable {
  package var residentNumber: Int32
  package var from: Instant
  package var to: Instant

  package init(residentNumber: Int32, from: Instant, to: Instant) {
    self.residentNumber = residentNumber
    self.from = from
    self.to = to
  }
}
