/// Held activities that a person has looked at.
extension BatchScorer {
  mutating func review(_ order: ReviewOrder) {
    guard let known = answers.reviews[order.jobID], let index = residentIndex[known.resident],
      let activity = answers.known[order.key], activity.shard == opening.shard,
      activity.residentNumber == residents[index].number
    else { return }
    guard let position = residents[index].history.firstIndex(where: { $0.entryNumber == activity.entryNumber }) else {
      // Not an act, but a reversal.
      if known.isOpen { settle(order, .reversal) }
      return
    }
    let recorded = residents[index].history[position]
    guard known.isOpen else {
      // Handed on again. What was decided may not have been told.
      remind(recorded)
      return
    }
    if recorded.credit.outcome == .held, !order.diedInScoring, let credit = credit(order, recorded, index: index) {
      decideAgain(position, index: index, credit: credit)
    }
    settle(order, residents[index].history[position].credit.outcome)
  }

  private mutating func settle(_ order: ReviewOrder, _ outcome: Outcome) {
    answers.reviews[order.jobID]?.isOpen = false
    booking.reviews.append(ReviewDecision(jobID: order.jobID, outcome: outcome))
  }

  /// What the activity is worth by the decision; `nil` where it stays held, because today's catalogue would refuse it.
  private func credit(_ order: ReviewOrder, _ recorded: RecordedActivity, index: Int) -> RecordedActivity.Credit? {
    switch order.decision {
    case .refuse:
      return .init(outcome: .rejected, reason: RefusalReason.reviewRefused.rawValue, detail: order.reason)
    case .accept:
      guard let admitted = admitAgain(recorded) else { return nil }
      var reviewed = recorded
      reviewed.isReviewed = true
      return judge.credit(reviewed, admitted: admitted, history: residents[index].history)
    }
  }
}
