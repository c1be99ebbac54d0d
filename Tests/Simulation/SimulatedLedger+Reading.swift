import CarbonInclusion

/// What a batch reads before it judges, as the ledger's statements answer it.
extension SimulatedLedger {
  func answer(_ questions: LedgerQuestions, shard number: Int16) -> LedgerAnswers {
    let shard = shards[number] ?? Shard()
    var answers = LedgerAnswers()
    for key in questions.keys { answers.known[key] = keys[key] }
    for resident in questions.residents {
      guard let number = shard.numbers[resident], let account = shard.accounts[number] else { continue }
      answers.accounts[resident] = .init(
        residentNumber: number, actions: account.actions, nanopoints: account.nanopoints, latestAt: account.latestAt)
    }
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

  func histories(_ windows: [HistoryWindow], shard number: Int16) -> [Int32: [RecordedActivity]] {
    var histories: [Int32: [RecordedActivity]] = [:]
    for window in windows {
      for entry in shards[number]?.entries ?? []
      where entry.residentNumber == window.residentNumber && (window.from...window.to).contains(entry.occurredAt) {
        Self.fold(entry, into: &histories[window.residentNumber, default: []])
      }
    }
    return histories
  }

  /// An activity's later entries lie in the same window, because they carry its occurrence.
  static func fold(_ entry: BookedEntry, into history: inout [RecordedActivity]) {
    let place = history.firstIndex { $0.entryNumber == entry.refersTo }
    switch entry.kind {
    case .earn:
      history.append(
        RecordedActivity(
          entryNumber: entry.number, key: entry.key, behaviourNumber: entry.behaviourNumber, quantity: entry.quantity,
          startedAt: entry.startedAt, endedAt: entry.occurredAt, region: entry.region, evidence: entry.evidence,
          credit: entry.credit, isReversed: false))
    case .reversal: if let place { history[place].isReversed = true }
    case .upgrade:
      guard let place else { return }
      history[place].credit = entry.credit
      history[place].upgradedBy = entry.number
    }
  }
}
