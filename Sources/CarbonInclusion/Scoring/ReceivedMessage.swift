/// Where a message stood: an offset in its inbox, as in a log. A new incarnation begins where Redis lost its memory.
package struct MessagePosition: Sendable, Hashable {
  package let partnerNumber: Int16
  package let incarnation: Int64
  package let offset: Int64

  package init(partnerNumber: Int16, incarnation: Int64, offset: Int64) {
    self.partnerNumber = partnerNumber
    self.incarnation = incarnation
    self.offset = offset
  }

  package var inbox: InboxIncarnation { .init(partnerNumber: partnerNumber, incarnation: incarnation) }
}

/// One life of one inbox.
package struct InboxIncarnation: Sendable, Hashable {
  package let partnerNumber: Int16
  package let incarnation: Int64

  package init(partnerNumber: Int16, incarnation: Int64) {
    self.partnerNumber = partnerNumber
    self.incarnation = incarnation
  }
}

/// A message as it reaches scoring.
package struct ReceivedMessage: Sendable {
  package enum Content: Sendable {
    case activity(Activity, content: Digest, evidence: Digest?)
    /// Refused for its form. `payload` is what was pushed, `content` its digest.
    case refused(Refusal, id: String?, resident: String?, payload: [UInt8], content: Digest)
  }

  package var position: MessagePosition
  package var content: Content
  /// The dead letter that is retried with it; `nil` for what a partner pushed.
  package var letter: DeadLetterKey?
  /// Whether it is buried because of what it did to the workers of scoring.
  package var diedInScoring = false

  /// Whom it names, where that could be read.
  var resident: String? {
    switch content {
    case .activity(let activity, _, _): activity.resident
    case .refused(_, _, let resident, _, _): resident
    }
  }

  /// The partner's id, where it could be read.
  var activityID: String? {
    switch content {
    case .activity(let activity, _, _): activity.id
    case .refused(_, let id, _, _, _): id
    }
  }

  /// Where the message stood, and the digest of what it said.
  var refusedContent: RefusedContent {
    switch content {
    case .activity(_, let digest, _), .refused(_, _, _, _, let digest): .init(position: position, content: digest)
    }
  }

  package init(position: MessagePosition, content: Content, letter: DeadLetterKey? = nil) {
    self.position = position
    self.content = content
    self.letter = letter
  }
}

/// The messages of one block. Everything of its inbox and shard before `end` has been handed on with it or earlier.
package struct ReceivedBlock: Sendable {
  package var inbox: InboxIncarnation
  /// One past the last offset that the block's batch covered.
  package var end: Int64
  package var messages: [ReceivedMessage]
  /// What persons decided; such a block holds no messages.
  package var reviews: [ReviewOrder]
  /// When ingest handed the block on.
  package var pushedAt: Instant
  /// Which numbers of the partner's own counter refused messages carried. Activities have theirs.
  package var sequences: [ClosedRange<Int64>]

  package init(
    inbox: InboxIncarnation, end: Int64, messages: [ReceivedMessage], pushedAt: Instant,
    sequences: [ClosedRange<Int64>] = [], reviews: [ReviewOrder] = []
  ) {
    self.inbox = inbox
    self.end = end
    self.messages = messages
    self.pushedAt = pushedAt
    self.sequences = sequences
    self.reviews = reviews
  }
}
