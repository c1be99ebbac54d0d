import CarbonInclusion

/// A ledger in memory that answers scoring's questions: what the database would, without asking it.
struct MemoryLedger {
  private struct Shard {
    var accounts: [String: AccountAnswers.Account] = [:]
    var histories: [Int32: [RecordedActivity]] = [:]
    var nextEntryNumber: Int64 = 1
    var nextResidentNumber: Int32 = 1
    var batches: Int64 = 0
  }

  private var shards: [Int16: Shard] = [:]
  private var known: [ActivityKey: LedgerAnswers.KnownActivity] = [:]

  func opening(_ shard: Int16, now: Instant, catalogueVersion: Int32) -> BatchOpening {
    let held = shards[shard] ?? Shard()
    return BatchOpening(
      shard: shard, batchNumber: held.batches + 1, nextEntryNumber: held.nextEntryNumber,
      nextResidentNumber: held.nextResidentNumber, now: now, catalogueVersion: catalogueVersion, highWaterMarks: [:])
  }

  func isNew(_ key: ActivityKey) -> Bool { known[key] == nil }

  func answer(_ questions: LedgerQuestions, shard: Int16) -> LedgerAnswers {
    var answers = LedgerAnswers()
    for key in questions.keys { answers.known[key] = known[key] }
    return answers
  }

  func accounts(_ questions: AccountQuestions, shard: Int16) -> AccountAnswers {
    var answers = AccountAnswers()
    for resident in questions.booked { answers.accounts[resident] = shards[shard]?.accounts[resident] }
    return answers
  }

  func histories(_ windows: [HistoryWindow], shard: Int16) -> HistoryAnswers {
    var histories = HistoryAnswers()
    for window in windows {
      histories[window.residentNumber] = (shards[shard]?.histories[window.residentNumber] ?? []).filter {
        (window.from...window.to).contains($0.endedAt)
      }
    }
    return histories
  }

  mutating func take(_ booking: Booking, _ opening: BatchOpening) {
    var shard = shards[opening.shard] ?? Shard()
    shard.batches += 1
    shard.nextEntryNumber = booking.nextEntryNumber
    shard.nextResidentNumber = booking.nextResidentNumber
    for entry in booking.entries {
      shard.histories[entry.residentNumber, default: []].take(entry, bookedAt: opening.now)
      guard let content = entry.content else { continue }
      known[entry.key] = .init(
        content: content, shard: opening.shard, residentNumber: entry.residentNumber, entryNumber: entry.number)
    }
    for change in booking.accounts {
      var account =
        shard.accounts[change.resident]
        ?? .init(
          residentNumber: change.residentNumber, actions: 0, reductionMilligrams: 0, nanopoints: 0,
          latestAt: change.latestAt)
      account.actions += change.actions
      account.reductionMilligrams += change.reductionMilligrams
      account.nanopoints += change.nanopoints
      account.title = change.title
      account.latestAt = max(account.latestAt, change.latestAt)
      account.purse = change.purse
      shard.accounts[change.resident] = account
    }
    shards[opening.shard] = shard
  }
}

extension [RecordedActivity] {
  fileprivate mutating func take(_ entry: BookedEntry, bookedAt: Instant) {
    let place = firstIndex { $0.entryNumber == entry.refersTo }
    switch entry.kind {
    case .earn:
      append(
        RecordedActivity(
          entryNumber: entry.number, key: entry.key, behaviourNumber: entry.behaviourNumber, quantity: entry.quantity,
          startedAt: entry.startedAt, endedAt: entry.occurredAt, region: entry.region, evidence: entry.evidence,
          credit: entry.credit, isReversed: false, bookedAt: bookedAt))
    case .reversal: if let place { self[place].isReversed = true }
    case .upgrade: if let place { self[place].decideAgain(entry.credit, by: entry.number, at: bookedAt) }
    }
  }
}
