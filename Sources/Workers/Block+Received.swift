import CarbonInclusion
import Messages

extension Block {
  /// The block in the words of the domain, with evidence hashed.
  func received(partnerNumber: Int16, secret: EvidenceSecret) -> ReceivedBlock {
    let inbox = InboxIncarnation(partnerNumber: partnerNumber, incarnation: incarnation)
    let messages = entries.map { entry in
      let position = MessagePosition(partnerNumber: partnerNumber, incarnation: incarnation, offset: entry.position)
      return ReceivedMessage(
        position: position, content: entry.content.received(secret: secret),
        letter: entry.burial.map { burial in
          DeadLetterKey(
            shard: Int16(burial.shard), refused: RefusedContent(position: position, content: burial.content))
        })
    }
    // The stamp is not under the checksum: any number may stand there.
    let pushedAt = Instant(microseconds: min(max(0, pushedAtMilliseconds), 1 << 50) * 1000)
    return ReceivedBlock(
      inbox: inbox, end: positions.upperBound, messages: messages, pushedAt: pushedAt, sequences: sequences)
  }
}

extension Block.Content {
  fileprivate func received(secret: EvidenceSecret) -> ReceivedMessage.Content {
    switch self {
    case .activity(let activity, let content):
      .activity(activity, content: content, evidence: activity.evidence.map(secret.digest(of:)))
    case .refused(let message):
      .refused(
        message.refusal, id: message.id, resident: message.resident, payload: message.payload,
        content: ContentDigest.of(message.payload))
    }
  }
}
