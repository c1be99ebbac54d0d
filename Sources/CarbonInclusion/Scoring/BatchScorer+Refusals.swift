extension BatchScorer {
  mutating func refuse(
    _ refused: RefusedContent, _ refusal: Refusal, id: String?, resident: String?, payload: [UInt8]?,
    diedInScoring: Bool = false
  ) {
    book(
      BookedRefusal(
        position: refused.position, content: refused.content, outcome: .rejected, activityID: id, resident: resident,
        reason: refusal.reason.rawValue,
        detail: refusal.detail, payload: payload, diedInScoring: diedInScoring))
  }

  /// Whether a message names a resident who was erased. One that was counted before that, and is handed on again, is
  /// left out as any other.
  func isOfErased(_ message: ReceivedMessage, isRedelivered: Bool) -> Bool {
    guard let resident = message.resident, erased.contains(resident) else { return false }
    guard isRedelivered, case .activity(let activity, let content, _) = message.content else { return true }
    let key = ActivityKey(partnerNumber: message.position.partnerNumber, id: activity.id)
    return answers.known[key]?.content != content
  }

  /// Nothing is kept that says whom the message was about.
  mutating func refuseErased(_ message: ReceivedMessage) {
    retrying?.resident = nil
    refuse(
      message.refusedContent, Refusal(.residentErased, "the resident was erased at their own request"),
      id: message.activityID, resident: nil, payload: nil)
  }

  /// The same id with other content, or for another resident: loud, and without effect on the first.
  mutating func conflict(_ activity: Activity, at refused: RefusedContent) {
    book(
      BookedRefusal(
        position: refused.position, content: refused.content, outcome: .conflict, activityID: activity.id,
        resident: activity.resident,
        reason: "same_id_other_content",
        detail: "an activity with id \"\(activity.id)\" and other content was recorded before; it stands unchanged",
        payload: nil))
  }

  /// Tells the partner again about an activity that was recorded, but whose notice may have been lost with its worker.
  mutating func remind(_ key: ActivityKey, of activity: Activity) {
    guard let index = residentIndex[activity.resident], let known = answers.known[key] else { return }
    guard case .reversal = activity.report else {
      if let recorded = residents[index].history.last(where: { $0.key == key }) { remind(recorded) }
      return
    }
    booking.notices.append(
      OutcomeNotice(partnerNumber: key.partnerNumber, id: key.id, outcome: .reversal, reason: nil, detail: nil))
    // What it decided again was told by the same worker. What later ones did is told once more, which is harmless.
    for recorded in residents[index].history where recorded.upgradedBy.map({ $0 > known.entryNumber }) ?? false {
      remind(recorded)
    }
  }

  mutating func remind(_ recorded: RecordedActivity) {
    guard recorded.credit.outcome != .credited else { return }
    booking.notices.append(
      OutcomeNotice(
        partnerNumber: recorded.key.partnerNumber, id: recorded.key.id, outcome: recorded.credit.outcome,
        reason: recorded.credit.reason, detail: recorded.credit.detail))
  }

  private mutating func book(_ refusal: BookedRefusal) {
    let notice = OutcomeNotice(
      partnerNumber: refusal.position.partnerNumber, id: refusal.activityID, outcome: refusal.outcome,
      reason: refusal.reason, detail: refusal.detail)
    settle(notice)
    // Of a dead letter the refusal stands already; what was decided now stands with the letter.
    guard retrying == nil else { return }
    booking.refusals.append(refusal)
    answers.refusals[.init(position: refusal.position, content: refusal.content)] = notice
  }
}
