/// Dead letters that are retried: the message was counted when it was buried, so its one outcome moves.
extension BatchScorer {
  /// What is being retried while its message is folded.
  struct Retry {
    var letter: DeadLetterKey
    var resident: String?
  }

  mutating func retry(_ message: ReceivedMessage, of letter: DeadLetterKey) {
    guard let known = answers.letters[letter] else {
      // The burial is not in the ledger, which has gone back in time; so its count is not there either.
      take(message, isRedelivered: true)
      return
    }
    guard known.isOpen else {
      // Handed on again, retried twice at once, or discarded meanwhile. What was decided may not have been told.
      if let decision = known.decision, decision.outcome.isTold { booking.notices.append(decision) }
      return
    }
    switch message.content {
    case .refused(let refusal, _, _, _, _) where refusal.reason == .poison:
      booking.letters.append(.init(letter: letter, event: .buriedAgain(attempts: refusal.detail)))
    case .refused(_, _, let resident, _, _):
      retrying = Retry(letter: letter, resident: resident)
      take(message, isRedelivered: false)
    case .activity(let activity, _, _):
      retrying = Retry(letter: letter, resident: activity.resident)
      take(message, isRedelivered: false)
    }
    retrying = nil
  }

  /// Counts an outcome: of a new message, or in place of the rejection as which a dead letter was buried.
  mutating func settle(_ notice: OutcomeNotice) {
    if let retrying {
      booking.counts[notice.partnerNumber, default: .init()].move(from: .rejected, to: notice.outcome)
      booking.letters.append(
        .init(letter: retrying.letter, event: .retried(notice, resident: retrying.resident)))
      answers.letters[retrying.letter] = KnownDeadLetter(isOpen: false, decision: notice)
    } else {
      booking.counts[notice.partnerNumber, default: .init()].receive(notice.outcome)
    }
    if notice.outcome.isTold { booking.notices.append(notice) }
  }
}

extension Outcome {
  /// Whether the partner hears of it.
  var isTold: Bool { self != .credited && self != .duplicate }
}
