import CarbonInclusion

/// Folds batches as the scoring lane does, with a memory in place of the database.
struct Books {
  var answers = LedgerAnswers()
  var residents = AccountAnswers()
  var histories = HistoryAnswers()
  var marks: [InboxIncarnation: Int64] = [:]
  var nextEntry: Int64 = 1
  var nextResident: Int32 = 1
  var now = minute(23, 0)
  var policy = SmallCatalogue.policy
  /// Whether no id is asked for that need not be.
  var believesNewKeys = false
  /// What the last batch asked first.
  private(set) var questions = LedgerQuestions()
  /// What the last batch asked about its residents.
  private(set) var asked = AccountQuestions()
  private(set) var windows: [HistoryWindow] = []
  private var offset: Int64 = 0

  /// Pushes messages of one partner as one block and folds them.
  mutating func book(
    _ activities: [Activity], partner: Int16 = 1, evidence: [String: Digest] = [:], replay: Bool = false
  )
    -> Booking
  {
    let inbox = InboxIncarnation(partnerNumber: partner, incarnation: 7)
    let first = replay ? offset - Int64(activities.count) : offset
    let messages = activities.enumerated().map { index, activity in
      ReceivedMessage(
        position: .init(partnerNumber: partner, incarnation: 7, offset: first + Int64(index)),
        content: .activity(activity, content: contentDigest(activity), evidence: evidence[activity.id]))
    }
    offset = first + Int64(activities.count)
    return fold([ReceivedBlock(inbox: inbox, end: offset, messages: messages, pushedAt: now)])
  }

  mutating func fold(_ blocks: [ReceivedBlock]) -> Booking {
    let opening = BatchOpening(
      shard: 0, batchNumber: 1, nextEntryNumber: nextEntry, nextResidentNumber: nextResident, now: now,
      catalogueVersion: 1, highWaterMarks: marks)
    var scorer = BatchScorer(policy: policy, opening: opening, blocks: blocks) { Array($0.id.utf8) }
    questions = scorer.questions { _ in believesNewKeys }
    asked = scorer.receive(answered)
    var known = AccountAnswers()
    known.erased = residents.erased
    for resident in asked.booked { known.accounts[resident] = residents.accounts[resident] }
    for resident in asked.read {
      known.accounts[resident] = residents.accounts[resident]
      known.accounts[resident]?.purse = nil
    }
    windows = scorer.receive(known)
    let booking = scorer.fold(histories)
    remember(booking)
    return booking
  }

  /// All that is known; of the keys what was asked for.
  private var answered: LedgerAnswers {
    var answered = answers
    answered.known = [:]
    for key in questions.keys { answered.known[key] = answers.known[key] }
    return answered
  }

  private mutating func remember(_ booking: Booking) {
    nextEntry = booking.nextEntryNumber
    nextResident = booking.nextResidentNumber
    marks.merge(booking.highWaterMarks) { $1 }
    for refusal in booking.refusals {
      answers.refusals[.init(position: refusal.position, content: refusal.content)] = OutcomeNotice(
        partnerNumber: refusal.position.partnerNumber, id: refusal.activityID, outcome: refusal.outcome,
        reason: refusal.reason, detail: refusal.detail)
      if refusal.reason == RefusalReason.poison.rawValue {
        answers.letters[letter(at: refusal.position.offset, content: refusal.content)] = .init(isOpen: true)
      }
    }
    for change in booking.letters {
      if case .retried(let decision, _) = change.event {
        answers.letters[change.letter] = .init(isOpen: false, decision: decision)
      }
    }
    for change in booking.accounts {
      var account =
        residents.accounts[change.resident]
        ?? .init(
          residentNumber: change.residentNumber, actions: 0, reductionMilligrams: 0, nanopoints: 0,
          latestAt: change.latestAt)
      account.actions += change.actions
      account.reductionMilligrams += change.reductionMilligrams
      account.title = change.title
      account.purse = change.purse
      account.nanopoints += change.nanopoints
      account.latestAt = max(account.latestAt, change.latestAt)
      residents.accounts[change.resident] = account
    }
    for decision in booking.reviews { answers.reviews[decision.jobID]?.isOpen = false }
    for entry in booking.entries { remember(entry) }
  }

  private mutating func remember(_ entry: BookedEntry) {
    if let content = entry.content {
      answers.known[entry.key] = .init(
        content: content, shard: 0, residentNumber: entry.residentNumber, entryNumber: entry.number)
    }
    var history = histories[entry.residentNumber, default: []]
    let place = history.firstIndex { $0.entryNumber == entry.refersTo }
    switch (entry.kind, place) {
    case (.reversal, let place?): history[place].isReversed = true
    case (.upgrade, let place?):
      history[place].decideAgain(entry.credit, by: entry.number, at: now)
    default:
      history.append(
        RecordedActivity(
          entryNumber: entry.number, key: entry.key, behaviourNumber: entry.behaviourNumber, quantity: entry.quantity,
          startedAt: entry.startedAt, endedAt: entry.occurredAt, region: entry.region, evidence: entry.evidence,
          credit: entry.credit, isReversed: false, bookedAt: now))
    }
    histories[entry.residentNumber] = history
  }

  /// A dead letter of partner 1's inbox.
  func letter(at offset: Int64, content: Digest) -> DeadLetterKey {
    let position = MessagePosition(partnerNumber: 1, incarnation: 7, offset: offset)
    return DeadLetterKey(shard: 0, refused: .init(position: position, content: content))
  }

  /// Stands for the digest of a message: equal for equal content.
  func contentDigest(_ activity: Activity) -> Digest {
    var content = activity
    content.sequence = nil
    var hash: UInt64 = 14_695_981_039_346_656_037
    for byte in "\(content)".utf8 { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
    return Digest(high: hash, low: UInt64("\(content)".utf8.count))
  }
}

extension Booking {
  /// `credited`, `capped ride-per-day`, `overlap same-ride bikes/…`: what each entry and refusal says.
  var summary: [String] {
    entries.map { "\($0.kind) \($0.key.id) \($0.credit.outcome)" + ($0.credit.reason.map { " \($0)" } ?? "") }
      + refusals.map { "\($0.outcome) \($0.activityID ?? "-") \($0.reason)" }
  }
}
