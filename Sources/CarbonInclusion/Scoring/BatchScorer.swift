/// Turns the blocks of one batch of one shard into what the ledger books.
///
/// Pure: it asks questions, is given the ledger's answers, and folds the messages in order. Nothing survives from one
/// batch to the next; the ledger is the only memory.
package struct BatchScorer {
  let judge: Judge
  let opening: BatchOpening
  /// The day of the programme's zone on which the batch is booked.
  let today: Day
  package let blocks: [ReceivedBlock]
  package var shard: Int16 { opening.shard }
  /// For each message, in order, whether its position has been handed on before.
  let redelivered: [Bool]
  /// For each message, in order, whether more than a duplicate may come of it; once the first answers are there.
  private var mayBeBooked: [Bool] = []
  /// For each message, in order, what an act that the rules admit is admitted as, where `questions` had to know it.
  private var admitted: [Judge.Admitted?] = []
  /// Writes an activity as the message that it was, for the record of a refusal.
  let render: @Sendable (Activity) -> [UInt8]
  var answers = LedgerAnswers()
  /// Those of the residents who were erased.
  var erased: Set<String> = []
  var residents: [ResidentState] = []
  var residentIndex: [String: Int] = [:]
  var booking: Booking
  /// The dead letter whose message is being folded.
  var retrying: Retry?

  package init(
    policy: Policy, opening: BatchOpening, blocks: [ReceivedBlock], render: @escaping @Sendable (Activity) -> [UInt8]
  ) {
    self.judge = Judge(policy: policy, now: opening.now)
    self.opening = opening
    self.today = policy.day(of: opening.now)
    self.blocks = blocks
    self.render = render
    self.booking = Booking(
      nextEntryNumber: opening.nextEntryNumber, nextResidentNumber: opening.nextResidentNumber)
    var marks = opening.highWaterMarks
    var redelivered: [Bool] = []
    for block in blocks {
      let mark = marks[block.inbox] ?? 0
      booking.noteNumbers(of: block, now: opening.now)
      for message in block.messages { redelivered.append(message.letter == nil && message.position.offset < mark) }
      // A retry stands at a position of long ago, a review at none: they do not say how far an inbox has come.
      if block.end > mark && block.reviews.isEmpty && !block.messages.contains(where: { $0.letter != nil }) {
        marks[block.inbox] = block.end
        booking.highWaterMarks[block.inbox] = block.end
      }
    }
    self.redelivered = redelivered
  }

  /// What has to be known first: what was recorded before.
  ///
  /// - Parameter isNew: whether an id need not be asked for, because the ledger's own key refuses the batch where it is
  ///   there all the same.
  package mutating func questions(isNew: (ActivityKey) -> Bool) -> LedgerQuestions {
    var questions = LedgerQuestions()
    var admitted: [Judge.Admitted?] = []
    admitted.reserveCapacity(redelivered.count)
    forEachMessage { message, isRedelivered in
      if let letter = message.letter { questions.letters.append(letter) }
      let comesAgain = isRedelivered || message.letter != nil
      if comesAgain { questions.refusals.append(message.refusedContent) }
      guard case .activity(let activity, _, _) = message.content else { return admitted.append(nil) }
      let key = ActivityKey(partnerNumber: message.position.partnerNumber, id: activity.id)
      // What is refused leaves no key, so only an answer tells whether it was recorded before.
      let admission = !comesAgain && isNew(key) ? admission(of: activity, partnerNumber: key.partnerNumber) : nil
      admitted.append(admission)
      if admission == nil { questions.keys.append(key) }
      if case .reversal(let id) = activity.report {
        questions.keys.append(ActivityKey(partnerNumber: key.partnerNumber, id: id))
      }
    }
    self.admitted = admitted
    for order in blocks.lazy.flatMap(\.reviews) {
      questions.reviews.append(order.jobID)
      questions.keys.append(order.key)
    }
    return questions
  }

  /// What a new act is admitted as; `nil` for what is refused, and for reversals.
  private func admission(of activity: Activity, partnerNumber: Int16) -> Judge.Admitted? {
    guard case .act = activity.report else { return nil }
    return try? judge.admitNew(activity, partnerNumber: partnerNumber)
  }

  /// Takes the answers, and says whose accounts are needed: of duplicates none.
  package mutating func receive(_ answers: LedgerAnswers) -> AccountQuestions {
    self.answers = answers
    var booked: Set<String> = []
    var read: Set<String> = []
    var flags: [Bool] = []
    flags.reserveCapacity(redelivered.count)
    booked.reserveCapacity(redelivered.count)
    var questions = AccountQuestions()
    forEachMessage { message, isRedelivered in
      let mayBook = mayBook(message, isRedelivered: isRedelivered)
      flags.append(mayBook)
      guard let resident = message.resident else { return }
      if mayBook {
        if booked.insert(resident).inserted { questions.booked.append(resident) }
      } else if isRedelivered || message.letter != nil || answers.isAnyoneErased {
        // What it became may have to be told once more, or be refused because its resident was erased.
        read.insert(resident)
      }
    }
    mayBeBooked = flags
    for review in answers.reviews.values {
      questions.reviewed.append(review.resident)
      if review.isOpen, booked.insert(review.resident).inserted { questions.booked.append(review.resident) }
      if !review.isOpen { read.insert(review.resident) }
    }
    questions.read = read.subtracting(booked).sorted()
    return questions
  }

  /// Takes the accounts, and says which stretches of whose histories are needed as well.
  package mutating func receive(_ known: AccountAnswers) -> [HistoryWindow] {
    erased = known.erased
    var wanted: [Int: (from: Instant, to: Instant)] = [:]
    residents.reserveCapacity(redelivered.count)
    residentIndex.reserveCapacity(redelivered.count)
    var flags = mayBeBooked.makeIterator()
    forEachMessage { message, isRedelivered in
      let mayBook = flags.next() ?? true
      guard let resident = message.resident, mayBook || isRedelivered || message.letter != nil else { return }
      let index = enter(resident, known)
      guard case .activity(let activity, _, _) = message.content, let account = known.accounts[resident],
        let window = window(of: activity, account: account)
      else { return }
      let before = wanted[index] ?? window
      wanted[index] = (min(before.from, window.from), max(before.to, window.to))
    }
    for review in answers.reviews.values {
      // As for a reversal: which activity is meant, and what lies near it.
      wanted[enter(review.resident, known)] = (Instant.earliest, Instant.latest)
    }
    return wanted.sorted { $0.key < $1.key }.compactMap { index, window in
      residents[index].number.map { HistoryWindow(residentNumber: $0, from: window.from, to: window.to) }
    }
  }

  /// Judges every message in order.
  ///
  /// - Parameter histories: better nobody else's: what is added to one would copy it.
  package mutating func fold(_ histories: consuming HistoryAnswers) -> Booking {
    for index in residents.indices {
      guard let number = residents[index].number, let history = histories.removeValue(forKey: number) else { continue }
      residents[index].history = history
    }
    booking.entries.reserveCapacity(redelivered.count)
    answers.known.reserveCapacity(answers.known.count + redelivered.count)
    var place = 0
    for block in blocks {
      for message in block.messages {
        fold(message, isRedelivered: redelivered[place], admitted: admitted[place])
        place += 1
      }
      for order in block.reviews { review(order) }
    }
    closeAccounts()
    return booking
  }

  private mutating func fold(_ message: ReceivedMessage, isRedelivered: Bool, admitted: Judge.Admitted?) {
    if let letter = message.letter {
      retry(message, of: letter)
    } else {
      take(message, isRedelivered: isRedelivered, admitted: admitted)
    }
  }

  mutating func take(_ message: ReceivedMessage, isRedelivered: Bool, admitted: Judge.Admitted? = nil) {
    // A position may keep a message from being counted again, never from being credited: what was handed on before is
    // left out only where the ledger holds its refusal, or its key. Another message at that position is another
    // message.
    if isRedelivered, let notice = answers.refusals[message.refusedContent] {
      booking.notices.append(notice)
      return
    }
    guard !isOfErased(message, isRedelivered: isRedelivered) else { return refuseErased(message) }
    switch message.content {
    case .refused(let refusal, let id, let resident, let payload, _):
      refuse(
        message.refusedContent, refusal, id: id, resident: resident, payload: payload,
        diedInScoring: message.diedInScoring)
    case .activity(let activity, let content, let evidence):
      let key = ActivityKey(partnerNumber: message.position.partnerNumber, id: activity.id)
      guard let known = answers.known[key] else {
        let judged = JudgedMessage(activity: activity, key: key, content: content, evidence: evidence)
        judge(judged, position: message.position, admitted: admitted)
        return
      }
      if known.content != content {
        conflict(activity, at: message.refusedContent)
      } else if isRedelivered {
        remind(key, of: activity)
      } else {
        settle(OutcomeNotice(partnerNumber: key.partnerNumber, id: key.id, outcome: .duplicate))
      }
    }
  }

  private mutating func judge(_ message: JudgedMessage, position: MessagePosition, admitted: Judge.Admitted?) {
    let activity = message.activity
    do throws(Refusal) {
      switch activity.report {
      case .act:
        if let admitted { return act(message, admitted) }
        act(message, try judge.admitNew(activity, partnerNumber: message.key.partnerNumber))
      case .reversal(let id):
        try judge.checkDates(activity, partnerNumber: message.key.partnerNumber)
        try reverse(message, reversedID: id)
      }
    } catch {
      refuse(
        .init(position: position, content: message.content), error, id: activity.id, resident: activity.resident,
        payload: render(activity))
    }
  }

  private func forEachMessage(_ body: (ReceivedMessage, Bool) -> Void) {
    var iterator = redelivered.makeIterator()
    for block in blocks {
      for message in block.messages { body(message, iterator.next() ?? false) }
    }
  }
}

/// A message on its way through the rules.
struct JudgedMessage {
  var activity: Activity
  var key: ActivityKey
  var content: Digest
  var evidence: Digest?
}
