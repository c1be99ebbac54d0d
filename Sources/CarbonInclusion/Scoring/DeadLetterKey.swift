/// What names a dead letter: the refusal with which its message was buried.
package struct DeadLetterKey: Sendable, Hashable {
  /// The shard that booked the burial.
  package let shard: Int16
  package let refused: RefusedContent

  package init(shard: Int16, refused: RefusedContent) {
    self.shard = shard
    self.refused = refused
  }
}

/// What the ledger knows of a dead letter that is retried. The row stays locked until the batch ends.
package struct KnownDeadLetter: Sendable, Equatable {
  /// Neither retried nor discarded.
  package var isOpen: Bool
  /// How the message ended when it was retried.
  package var decision: OutcomeNotice?

  package init(isOpen: Bool, decision: OutcomeNotice? = nil) {
    self.isOpen = isOpen
    self.decision = decision
  }
}

/// What a batch does to a dead letter.
package struct DeadLetterChange: Sendable, Equatable {
  package enum Event: Sendable, Equatable {
    /// The message was judged again; this is its one outcome from now on.
    case retried(OutcomeNotice, resident: String?)
    /// It killed its workers again. The letter stays open, the outcome what it was.
    case buriedAgain(attempts: String)
  }

  package var letter: DeadLetterKey
  package var event: Event

  package init(letter: DeadLetterKey, event: Event) {
    self.letter = letter
    self.event = event
  }
}
