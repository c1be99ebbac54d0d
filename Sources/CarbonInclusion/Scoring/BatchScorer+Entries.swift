extension BatchScorer {
  /// An act of a resident: credited, capped, overlapping or held.
  mutating func act(_ message: JudgedMessage, _ admitted: Judge.Admitted) {
    let activity = message.activity
    let index = residentState(of: activity.resident)
    var recorded = RecordedActivity(
      entryNumber: takeEntryNumber(), key: message.key, behaviourNumber: admitted.behaviour.number,
      quantity: admitted.quantity, startedAt: activity.startedAt, endedAt: activity.endedAt, region: activity.region,
      evidence: message.evidence, credit: .init(outcome: .held), isReversed: false, bookedAt: opening.now)
    recorded.credit = judge.credit(recorded, admitted: admitted, history: residents[index].history)
    var entry = entry(.earn, recorded, index: index)
    entry.content = message.content
    entry.claimedMilligrams = activity.claimedMilligrams
    entry.sequence = activity.sequence
    book(entry, index: index, actions: recorded.isAction ? 1 : 0)
    residents[index].history.append(recorded)
    remember(message, entry: entry, index: index)
    count(message.key, recorded.credit)
  }

  /// Takes an earlier activity of the same partner and resident back, and judges again what had lost to it.
  mutating func reverse(_ message: JudgedMessage, reversedID: String) throws(Refusal) {
    let index = residentState(of: message.activity.resident)
    let position = try standing(ActivityKey(partnerNumber: message.key.partnerNumber, id: reversedID), index: index)
    let reversed = residents[index].history[position]
    var taken = reversed
    taken.entryNumber = takeEntryNumber()
    taken.key = message.key
    taken.credit.outcome = .reversal
    taken.credit.reason = nil
    taken.credit.detail = nil
    taken.credit.other = reversed.key
    taken.credit.creditedQuantity = Quantity(millionths: -reversed.credit.creditedQuantity.millionths)
    taken.credit.reductionMilligrams = -reversed.credit.reductionMilligrams
    taken.credit.nanopoints = -reversed.credit.nanopoints
    var entry = entry(.reversal, taken, index: index)
    entry.content = message.content
    entry.claimedMilligrams = message.activity.claimedMilligrams
    entry.sequence = message.activity.sequence
    entry.refersTo = reversed.entryNumber
    book(entry, index: index, actions: -1, lotOf: reversed.bookedAt)
    residents[index].history[position].isReversed = true
    remember(message, entry: entry, index: index)
    count(message.key, taken.credit)
    judgeAgain(losersTo: reversed.key, index: index)
  }

  /// The place of an activity that can be reversed in its resident's history.
  private func standing(_ key: ActivityKey, index: Int) throws(Refusal) -> Int {
    guard let known = answers.known[key], known.shard == opening.shard,
      known.residentNumber == residents[index].number
    else {
      throw Refusal(.reversesUnknown, "field \"reverses\": no activity \"\(key.id)\" of this resident is recorded")
    }
    guard let position = residents[index].history.firstIndex(where: { $0.entryNumber == known.entryNumber }) else {
      throw Refusal(.reversesNotCredited, "field \"reverses\": \"\(key.id)\" is a reversal itself")
    }
    let activity = residents[index].history[position]
    guard !activity.isReversed else {
      throw Refusal(.reversesAlreadyReversed, "field \"reverses\": \"\(key.id)\" has been reversed before")
    }
    guard activity.isAction else {
      throw Refusal(
        .reversesNotCredited, "field \"reverses\": \"\(key.id)\" was \(activity.credit.outcome.code), not credited")
    }
    return position
  }

  private mutating func judgeAgain(losersTo key: ActivityKey, index: Int) {
    for position in residents[index].history.indices {
      let loser = residents[index].history[position]
      guard loser.credit.outcome == .overlap, loser.credit.other == key else { continue }
      guard let admitted = admitAgain(loser) else { continue }
      let credit = judge.credit(loser, admitted: admitted, history: residents[index].history)
      if credit != loser.credit { decideAgain(position, index: index, credit: credit) }
    }
  }

  /// Books a later decision about an activity: its one outcome moves, and its count with it.
  mutating func decideAgain(_ position: Int, index: Int, credit: RecordedActivity.Credit) {
    let earlier = residents[index].history[position]
    let number = takeEntryNumber()
    residents[index].history[position].decideAgain(credit, by: number, at: opening.now)
    var upgraded = residents[index].history[position]
    upgraded.entryNumber = number
    var entry = entry(.upgrade, upgraded, index: index)
    entry.refersTo = earlier.entryNumber
    book(entry, index: index, actions: upgraded.isAction ? 1 : 0)
    booking.counts[earlier.key.partnerNumber, default: .init()].move(from: earlier.credit.outcome, to: credit.outcome)
    if credit.outcome.isTold { booking.notices.append(notice(earlier.key, credit)) }
  }

  /// `nil` where today's catalogue has no place for the activity any more; it stays what it was.
  func admitAgain(_ recorded: RecordedActivity) -> Judge.Admitted? {
    guard let behaviour = judge.policy.behaviour(number: recorded.behaviourNumber) else { return nil }
    let activity = Activity(
      id: recorded.key.id, resident: "",
      report: .act(behaviour: behaviour.code, quantity: recorded.quantity, unit: behaviour.unit),
      endedAt: recorded.endedAt, startedAt: recorded.startedAt, region: recorded.region)
    return try? judge.admit(activity, partnerNumber: recorded.key.partnerNumber)
  }

  private func entry(_ kind: BookedEntry.Kind, _ recorded: RecordedActivity, index: Int) -> BookedEntry {
    BookedEntry(
      number: recorded.entryNumber, residentNumber: residents[index].number ?? 0, kind: kind, key: recorded.key,
      behaviourNumber: recorded.behaviourNumber, quantity: recorded.quantity, credit: recorded.credit, points: 0,
      occurredAt: recorded.endedAt, startedAt: recorded.startedAt, region: recorded.region,
      evidence: recorded.evidence)
  }

  /// Books an entry on both legs: the resident's account, and the totals by day, partner, behaviour and region.
  ///
  /// - Parameter earnedAt: when what is taken back was booked.
  private mutating func book(_ entry: BookedEntry, index: Int, actions: Int64, lotOf earnedAt: Instant? = nil) {
    var entry = entry
    entry.residentNumber = residentNumber(index)
    entry.points = residents[index].addPoints(
      entry.credit.nanopoints, ofLot: judge.policy.lotExpiry(earnedAt: earnedAt ?? opening.now),
      today: today)
    residents[index].actions += actions
    residents[index].addReduction(
      entry.credit.reductionMilligrams, takenBack: entry.kind == .reversal, judge.policy)
    residents[index].touch(entry.occurredAt)
    booking.entries.append(entry)
    guard actions != 0 else { return }
    let key = LegKey(
      day: judge.policy.day(of: entry.occurredAt), partnerNumber: entry.key.partnerNumber,
      behaviourNumber: entry.behaviourNumber, region: entry.region)
    booking.legs[key, default: .init()].add(
      Leg(actions: actions, reductionMilligrams: entry.credit.reductionMilligrams, points: entry.points))
  }

  private mutating func remember(_ message: JudgedMessage, entry: BookedEntry, index: Int) {
    answers.known[message.key] = .init(
      content: message.content, shard: opening.shard, residentNumber: residents[index].number ?? 0,
      entryNumber: entry.number)
  }

  private mutating func count(_ key: ActivityKey, _ credit: RecordedActivity.Credit) {
    settle(notice(key, credit))
  }

  private func notice(_ key: ActivityKey, _ credit: RecordedActivity.Credit) -> OutcomeNotice {
    OutcomeNotice(
      partnerNumber: key.partnerNumber, id: key.id, outcome: credit.outcome, reason: credit.reason,
      detail: credit.detail)
  }

  private mutating func takeEntryNumber() -> Int64 {
    defer { booking.nextEntryNumber += 1 }
    return booking.nextEntryNumber
  }

  private mutating func residentNumber(_ index: Int) -> Int32 {
    if let number = residents[index].number { return number }
    let number = booking.nextResidentNumber
    booking.nextResidentNumber += 1
    residents[index].number = number
    return number
  }
}
