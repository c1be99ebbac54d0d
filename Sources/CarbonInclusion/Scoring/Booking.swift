/// Everything that one batch of one shard writes, in one transaction.
package struct Booking: Sendable {
  package var entries: [BookedEntry] = []
  package var refusals: [BookedRefusal] = []
  package var letters: [DeadLetterChange] = []
  package var reviews: [ReviewDecision] = []
  package var accounts: [AccountChange] = []
  package var titles: [TitleChange] = []
  /// Points that had ended before something was taken back.
  package var expiries: [AccountEntry] = []
  package var legs: [LegKey: Leg] = [:]
  package var counts: [Int16: OutcomeCounts] = [:]
  package var highWaterMarks: [InboxIncarnation: Int64] = [:]
  /// Which numbers of the partners' own counters were seen. Merging them with those before changes nothing the second
  /// time, so a batch that is handed on again may bring them again.
  package var numbers: [Int16: BookedNumbers] = [:]
  /// Residents that now have an action and had none, less those that lost their last.
  package var residentsDelta: Int64 = 0
  package var nextEntryNumber: Int64
  package var nextResidentNumber: Int32
  /// What the partners are told after COMMIT.
  package var notices: [OutcomeNotice] = []

  package init(nextEntryNumber: Int64, nextResidentNumber: Int32) {
    self.nextEntryNumber = nextEntryNumber
    self.nextResidentNumber = nextResidentNumber
  }
}

/// A row of the ledger. Never changed once written.
package struct BookedEntry: Sendable {
  /// The raw value is the number in the ledger's tables.
  package enum Kind: Int16, Sendable, CaseIterable {
    /// An activity, credited or not.
    case earn = 1
    /// Takes an earlier activity back.
    case reversal = 2
    /// Decides again about an earlier activity: one that had lost to a reversed one, or was held.
    case upgrade = 3
  }

  package var number: Int64
  package var residentNumber: Int32
  package var kind: Kind
  package var key: ActivityKey
  /// The content of the message; `nil` for entries that no message of their own stands behind.
  package var content: Digest?
  package var behaviourNumber: Int16
  package var quantity: Quantity
  package var credit: RecordedActivity.Credit
  package var points: Int64
  package var occurredAt: Instant
  package var startedAt: Instant?
  package var region: Region?
  package var evidence: Digest?
  package var claimedMilligrams: Int64?
  package var sequence: Int64?
  /// The entry that is reversed or upgraded.
  package var refersTo: Int64?
}

/// A message that ended rejected or in conflict. It does not occupy its id.
package struct BookedRefusal: Sendable {
  package var position: MessagePosition
  package var content: Digest
  package var outcome: Outcome
  package var activityID: String?
  package var resident: String?
  package var reason: String
  package var detail: String
  /// The message as pushed, or what was read of it; kept of rejected messages, for a while.
  package var payload: [UInt8]?
  /// Of a burial: whether it killed workers of scoring, not of ingest.
  package var diedInScoring = false
}

/// Numbers of one partner's own counter, and when the first of them were received.
package struct BookedNumbers: Sendable, Equatable {
  package private(set) var runs = SequenceRuns()
  package private(set) var seenAt: Instant

  init(seenAt: Instant) { self.seenAt = seenAt }

  mutating func note(_ block: ReceivedBlock, seenAt: Instant) {
    self.seenAt = min(self.seenAt, seenAt)
    for run in block.sequences { for number in run { runs.insert(number) } }
    for message in block.messages {
      if case .activity(let activity, _, _) = message.content, let number = activity.sequence { runs.insert(number) }
    }
  }
}

extension Booking {
  /// Notes the numbers that a block's messages carry, whatever becomes of them: what is booked, has not been lost.
  mutating func noteNumbers(of block: ReceivedBlock, now: Instant) {
    let partner = block.inbox.partnerNumber
    // From a clock that may run ahead.
    let seenAt = min(block.pushedAt, now)
    var numbers = numbers[partner] ?? BookedNumbers(seenAt: seenAt)
    numbers.note(block, seenAt: seenAt)
    if !numbers.runs.isEmpty { self.numbers[partner] = numbers }
  }
}

/// What a batch does to one account. Amounts are differences, but for the purse.
package struct AccountChange: Sendable {
  package var residentNumber: Int32
  package var resident: String
  package var isNew: Bool
  package var actions: Int64
  package var reductionMilligrams: Int64
  package var nanopoints: Int64
  /// The points as they are from now on. Void where anybody moved some meanwhile; a new account is the batch's.
  package var purse: PointsPurse
  /// The title from now on; `nil` is the lowest.
  package var title: String?
  package var latestAt: Instant
}

/// That a resident has another title after a batch than before it.
package struct TitleChange: Sendable, Equatable {
  package enum Reason: String, Sendable {
    case risen
    case fallen
  }

  package var residentNumber: Int32
  /// `nil` is the lowest.
  package var title: String?
  package var reason: Reason

  package init(residentNumber: Int32, title: String?, reason: Reason) {
    self.residentNumber = residentNumber
    self.title = title
    self.reason = reason
  }
}

/// The contra side of a batch's entries: one row for each of these.
package struct LegKey: Sendable, Hashable, Comparable {
  package var day: Day
  package var partnerNumber: Int16
  package var behaviourNumber: Int16
  package var region: Region?

  package init(day: Day, partnerNumber: Int16, behaviourNumber: Int16, region: Region?) {
    self.day = day
    self.partnerNumber = partnerNumber
    self.behaviourNumber = behaviourNumber
    self.region = region
  }

  package static func < (one: LegKey, other: LegKey) -> Bool {
    (one.day, one.partnerNumber, one.behaviourNumber, one.region?.code ?? 0)
      < (other.day, other.partnerNumber, other.behaviourNumber, other.region?.code ?? 0)
  }
}

package struct Leg: Sendable, Equatable {
  package var actions: Int64 = 0
  package var reductionMilligrams: Int64 = 0
  package var points: Int64 = 0

  package init(actions: Int64 = 0, reductionMilligrams: Int64 = 0, points: Int64 = 0) {
    self.actions = actions
    self.reductionMilligrams = reductionMilligrams
    self.points = points
  }

  package mutating func add(_ other: Leg) {
    actions += other.actions
    reductionMilligrams += other.reductionMilligrams
    points += other.points
  }
}

/// How many messages of one partner ended how, as differences.
package struct OutcomeCounts: Sendable, Equatable {
  package var received: Int64 = 0
  private var counts: [Int64] = Array(repeating: 0, count: Outcome.allCases.count)

  package init() {}

  package subscript(outcome: Outcome) -> Int64 { counts[Int(outcome.rawValue) - 1] }

  mutating func receive(_ outcome: Outcome) {
    received += 1
    counts[Int(outcome.rawValue) - 1] += 1
  }

  mutating func move(from old: Outcome, to new: Outcome) {
    counts[Int(old.rawValue) - 1] -= 1
    counts[Int(new.rawValue) - 1] += 1
  }
}

/// What a partner is told about a message that was not simply credited. Delivered at least once.
package struct OutcomeNotice: Sendable, Equatable {
  package var partnerNumber: Int16
  package var id: String?
  package var outcome: Outcome
  package var reason: String?
  package var detail: String?

  package init(partnerNumber: Int16, id: String?, outcome: Outcome, reason: String? = nil, detail: String? = nil) {
    self.partnerNumber = partnerNumber
    self.id = id
    self.outcome = outcome
    self.reason = reason
    self.detail = detail
  }
}
