import CarbonInclusion

/// What a batch reads before it judges, as the ledger's statements answer it.
extension SimulatedLedger {
  func answer(_ questions: LedgerQuestions, shard number: Int16) -> LedgerAnswers {
    let shard = shards[number] ?? Shard()
    var answers = LedgerAnswers()
    for key in questions.keys { answers.known[key] = keys[key] }
    for refused in questions.refusals {
      if let refusal = shard.refusals[.init(position: refused.position, content: refused.content)] {
        answers.refusals[refused] = OutcomeNotice(
          partnerNumber: refused.position.partnerNumber, id: refusal.activityID, outcome: refusal.outcome,
          reason: refusal.reason, detail: refusal.detail)
      } else if mutation == .skipByPosition {
        answers.refusals[refused] = OutcomeNotice(
          partnerNumber: refused.position.partnerNumber, id: nil, outcome: .rejected, reason: nil, detail: nil)
      }
    }
    return answers
  }

  func accounts(_ questions: AccountQuestions, shard number: Int16) -> AccountAnswers {
    let shard = shards[number] ?? Shard()
    var answers = AccountAnswers()
    for (residents, isLocked) in [(questions.booked, true), (questions.read, false)] {
      for resident in residents {
        guard let number = shard.numbers[resident], let account = shard.accounts[number] else { continue }
        answers.accounts[resident] = .init(
          residentNumber: number, actions: account.actions, reductionMilligrams: account.reductionMilligrams,
          nanopoints: account.nanopoints, title: account.title, latestAt: account.latestAt,
          purse: isLocked ? account.purse : nil)
      }
    }
    return answers
  }

  func histories(_ windows: [HistoryWindow], shard number: Int16) -> HistoryAnswers {
    var histories = HistoryAnswers()
    for window in windows {
      for entry in shards[number]?.entries ?? []
      where entry.residentNumber == window.residentNumber && (window.from...window.to).contains(entry.occurredAt) {
        Self.fold(
          entry, bookedAt: shards[number]?.bookedAt[entry.number] ?? .earliest,
          into: &histories[window.residentNumber, default: []])
      }
    }
    return histories
  }

  /// An activity's later entries lie in the same window, because they carry its occurrence.
  static func fold(_ entry: BookedEntry, bookedAt: Instant, into history: inout [RecordedActivity]) {
    let place = history.firstIndex { $0.entryNumber == entry.refersTo }
    switch entry.kind {
    case .earn:
      history.append(
        RecordedActivity(
          entryNumber: entry.number, key: entry.key, behaviourNumber: entry.behaviourNumber, quantity: entry.quantity,
          startedAt: entry.startedAt, endedAt: entry.occurredAt, region: entry.region, evidence: entry.evidence,
          credit: entry.credit, isReversed: false, bookedAt: bookedAt))
    case .reversal: if let place { history[place].isReversed = true }
    case .upgrade:
      guard let place else { return }
      history[place].decideAgain(entry.credit, by: entry.number, at: bookedAt)
    }
  }
}
