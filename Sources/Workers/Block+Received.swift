import CarbonInclusion
import Messages

extension Block {
  /// The block in the words of the domain, with evidence hashed.
  func received(partnerNumber: Int16, secret: EvidenceSecret) -> ReceivedBlock {
    let inbox = InboxIncarnation(partnerNumber: partnerNumber, incarnation: incarnation)
    var reviews: [ReviewOrder] = []
    let messages = entries.compactMap { entry -> ReceivedMessage? in
      guard let content = entry.content.received(secret: secret) else {
        if case .review(let review) = entry.content { reviews.append(review.order(partnerNumber: partnerNumber)) }
        return nil
      }
      let position = MessagePosition(partnerNumber: partnerNumber, incarnation: incarnation, offset: entry.position)
      return ReceivedMessage(
        position: position, content: content,
        letter: entry.burial.map { burial in
          DeadLetterKey(
            shard: Int16(burial.shard), refused: RefusedContent(position: position, content: burial.content))
        })
    }
    // The stamp is not under the checksum: any number may stand there.
    let pushedAt = Instant(microseconds: min(max(0, pushedAtMilliseconds), 1 << 50) * 1000)
    return ReceivedBlock(
      inbox: inbox, end: positions.upperBound, messages: messages, pushedAt: pushedAt, sequences: sequences,
      reviews: reviews)
  }
}

extension Block.Content {
  /// `nil` of what is no message.
  fileprivate func received(secret: EvidenceSecret) -> ReceivedMessage.Content? {
    switch self {
    case .activity(let activity, let content):
      .activity(activity, content: content, evidence: activity.evidence.map(secret.digest(of:)))
    case .refused(let message):
      .refused(
        message.refusal, id: message.id, resident: message.resident, payload: message.payload,
        content: ContentDigest.of(message.payload))
    case .review: nil
    }
  }
}

extension Block.Review {
  fileprivate func order(partnerNumber: Int16) -> ReviewOrder {
    ReviewOrder(
      jobID: jobID, key: ActivityKey(partnerNumber: partnerNumber, id: activityID), decision: decision, reason: reason,
      administrator: administrator)
  }
}
