package import CarbonInclusion

/// The messages of one inbox for one shard, as one element of `puhui:score:<shard>`.
///
/// A batch of an inbox becomes one block a shard; each covers the positions of the whole batch, so that scoring knows
/// how far the inbox has come. Dead letters travel in blocks of their own, at the positions that their messages had;
/// such a block says nothing of how far the inbox has come. Reviews of held activities travel so too, see
/// `ReviewBlocks`; they stand in no inbox. `BlockBuilder` makes blocks, `decode` reads them;
/// `BlockFormat` has the bytes.
package struct Block: Sendable, Equatable {
  /// The most entries that a block holds.
  package static let maxEntries = 1024
  /// The most bytes that a block has in its list.
  package static let maxBytes = 256 * 1024
  /// The most sequence runs that a block carries.
  package static let maxSequenceRuns = 1024

  /// When the block was pushed, in ms since 1970 by the clock of the Redis server.
  package let pushedAtMilliseconds: Int64
  /// The partner whose inbox the messages come from.
  package let partner: String
  /// Which life of that inbox the positions belong to.
  package let incarnation: Int64
  /// The positions of the batch, those included that went to other shards.
  package let positions: Range<Int64>
  /// By rising position.
  package let entries: [Entry]
  /// Which numbers of the partner's own counter refused messages carried, by rising numbers. They travel with their
  /// messages, so that both are booked, or lost, together; activities keep their numbers themselves.
  package let sequences: [ClosedRange<Int64>]

  /// One message and where it stood.
  package struct Entry: Sendable, Equatable {
    package let position: Int64
    package let content: Content
    /// The burial that is taken back, where a dead letter is retried.
    package let burial: Burial?

    package init(position: Int64, content: Content, retrying burial: Burial? = nil) {
      self.position = position
      self.content = content
      self.burial = burial
    }
  }

  /// Where the ledger keeps a dead letter, beside the inbox and position of its message.
  package struct Burial: Sendable, Equatable {
    /// The shard that booked it, 0 to 99.
    package let shard: UInt8
    /// The digest that it was booked with.
    package let content: Digest

    package init(shard: UInt8, content: Digest) {
      self.shard = shard
      self.content = content
    }
  }

  /// What ingest made of a message.
  package enum Content: Sendable, Equatable {
    case activity(Activity, Digest)
    case refused(RefusedMessage)
    case review(Review)
  }

  /// A person's decision about an activity of the block's partner that is held.
  package struct Review: Sendable, Equatable {
    package let jobID: String
    package let activityID: String
    package let decision: Job.Decision
    package let reason: String
    /// Who decided.
    package let administrator: String

    package init(jobID: String, activityID: String, decision: Job.Decision, reason: String, administrator: String) {
      self.jobID = jobID
      self.activityID = activityID
      self.decision = decision
      self.reason = reason
      self.administrator = administrator
    }
  }
}

/// A message that its form alone refused, with what the ledger keeps of it.
package struct RefusedMessage: Sendable, Equatable {
  /// So much of the text is kept, in bytes: a byte more than a message may have, so that one that was cut can be told.
  package static let maxPayloadBytes = JSONScanner.maxBytes + 1

  package let refusal: Refusal
  /// The partner's id where it could be read.
  package let id: String?
  /// The resident where it could be read.
  package let resident: String?
  /// The message as it came, cut at `maxPayloadBytes`. Any bytes: perhaps not even UTF-8.
  package let payload: [UInt8]

  package init(refusal: Refusal, id: String?, resident: String?, payload: [UInt8]) {
    self.refusal = refusal
    self.id = id
    self.resident = resident
    self.payload = payload
  }
}
