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

/// What the ledger is asked before a batch is judged.
package struct LedgerQuestions: Sendable, Equatable {
  package var keys: [ActivityKey] = []
  package var residents: [String] = []
  /// Messages that may have been refused before.
  package var refusals: [RefusedContent] = []
  /// Dead letters that are retried. They are to be locked, so that no two batches decide about one.
  package var letters: [DeadLetterKey] = []

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

  package struct Account: Sendable, Equatable {
    package var residentNumber: Int32
    package var actions: Int64
    package var nanopoints: Int64
    /// No recorded activity of the resident ended later.
    package var latestAt: Instant

    package init(residentNumber: Int32, actions: Int64, nanopoints: Int64, latestAt: Instant) {
      self.residentNumber = residentNumber
      self.actions = actions
      self.nanopoints = nanopoints
      self.latestAt = latestAt
    }
  }

  package var known: [ActivityKey: KnownActivity] = [:]
  package var accounts: [String: Account] = [:]
  package var refusals: [RefusedContent: OutcomeNotice] = [:]
  package var letters: [DeadLetterKey: KnownDeadLetter] = [:]

  package init() {}
}

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
