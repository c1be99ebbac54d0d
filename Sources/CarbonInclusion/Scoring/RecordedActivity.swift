/// A 128-bit digest: of a message's content, or of evidence.
package struct Digest: Sendable, Hashable {
  package let high: UInt64
  package let low: UInt64

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }
}

extension Digest: CustomStringConvertible {
  /// 32 hexadecimal digits.
  package var description: String {
    [high, low].map { half in
      let digits = String(half, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}

/// The names that a partner and the ledger give to one activity.
package struct ActivityKey: Sendable, Hashable {
  package let partnerNumber: Int16
  package let id: String

  package init(partnerNumber: Int16, id: String) {
    self.partnerNumber = partnerNumber
    self.id = id
  }
}

/// One activity of a resident as the ledger holds it now, with upgrades and reversals folded in.
package struct RecordedActivity: Sendable, Equatable {
  package var entryNumber: Int64
  package var key: ActivityKey
  package var behaviourNumber: Int16
  /// In the behaviour's unit.
  package var quantity: Quantity
  package var startedAt: Instant?
  package var endedAt: Instant
  package var region: Region?
  package var evidence: Digest?
  package var credit: Credit
  package var isReversed: Bool
  /// When it was booked; of what was decided again, when that was.
  package var bookedAt: Instant
  /// The entry that decided again, where one did.
  package var upgradedBy: Int64?
  /// Whether a person has looked at it: what was found unlikely once is not held again.
  package var isReviewed = false

  package init(
    entryNumber: Int64, key: ActivityKey, behaviourNumber: Int16, quantity: Quantity, startedAt: Instant?,
    endedAt: Instant, region: Region?, evidence: Digest?, credit: Credit, isReversed: Bool, bookedAt: Instant,
    upgradedBy: Int64? = nil
  ) {
    self.entryNumber = entryNumber
    self.key = key
    self.behaviourNumber = behaviourNumber
    self.quantity = quantity
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.region = region
    self.evidence = evidence
    self.credit = credit
    self.isReversed = isReversed
    self.bookedAt = bookedAt
    self.upgradedBy = upgradedBy
  }

  /// When it began; an act without a start is a point in time.
  var beginsAt: Instant { startedAt ?? endedAt }

  /// Takes a later decision in place of the earlier one.
  package mutating func decideAgain(_ credit: Credit, by entryNumber: Int64, at bookedAt: Instant) {
    // Nothing but a review moves what is held.
    isReviewed = isReviewed || self.credit.outcome == .held
    self.credit = credit
    self.upgradedBy = entryNumber
    self.bookedAt = bookedAt
  }

  /// Counts as an action: something was credited, and it stands.
  package var isAction: Bool { !isReversed && credit.creditedQuantity > .zero && credit.outcome.isCrediting }
}

extension RecordedActivity {
  /// What an activity was worth, and why.
  package struct Credit: Sendable, Equatable {
    package var outcome: Outcome
    /// The code of the cap, group or limit that decided, where one did.
    package var reason: String?
    /// What happened, for people, where there is more to say.
    package var detail: String?
    /// The activity that this one overlaps.
    package var other: ActivityKey?
    package var creditedQuantity: Quantity
    package var reductionMilligrams: Int64
    package var nanopoints: Int64
    package var factorNumber: Int32?

    package init(
      outcome: Outcome, reason: String? = nil, detail: String? = nil, other: ActivityKey? = nil,
      creditedQuantity: Quantity = .zero, reductionMilligrams: Int64 = 0, nanopoints: Int64 = 0,
      factorNumber: Int32? = nil
    ) {
      self.outcome = outcome
      self.reason = reason
      self.detail = detail
      self.other = other
      self.creditedQuantity = creditedQuantity
      self.reductionMilligrams = reductionMilligrams
      self.nanopoints = nanopoints
      self.factorNumber = factorNumber
    }
  }
}

extension Outcome {
  package var isCrediting: Bool { self == .credited || self == .capped }
}
