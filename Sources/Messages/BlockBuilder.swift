package import CarbonInclusion

/// Collects the messages of one inbox for one shard into a block. Ingest keeps one a shard and uses it again and again.
///
/// ```swift
/// var builder = BlockBuilder(partner: "meituan-bike", incarnation: 1, from: first)
/// if !builder.append(message, payload: bytes, at: position) {
///   push(builder.encoded(coveringTo: position))
///   builder.restart(from: position)
///   _ = builder.append(message, payload: bytes, at: position)
/// }
/// ```
package struct BlockBuilder: Sendable {
  package let partner: String
  package let incarnation: Int64
  /// The first position that the block covers.
  package private(set) var first: Int64
  /// How many messages it holds.
  package private(set) var count = 0
  private var next: Int64
  private var entries = ByteWriter()
  private var hasReviews = false

  /// The bytes beside the entries, at most: magic, stamp, partner of 40 characters, numbers and checksum.
  private static let frameBytes = 4 + 8 + 41 + 8 + 8 + 10 + 10 + 8
  /// The bytes of the number of sequence runs, and of each, at most.
  private static let runsBytes = 2
  private static let runBytes = 9 + 9

  package init(partner: String, incarnation: Int64, from first: Int64) {
    self.partner = partner
    self.incarnation = incarnation
    self.first = first
    self.next = first
  }

  package var isEmpty: Bool { count == 0 }

  /// Empties the builder for the block that covers what comes from `first` on.
  package mutating func restart(from first: Int64) {
    self.first = first
    next = first
    count = 0
    hasReviews = false
    entries.removeAll()
  }

  /// Adds a message with the position that it has in the inbox, each higher than the one before.
  ///
  /// - Parameter burial: the one that is taken back, where a dead letter is retried.
  /// - Returns: `false` when the block is full; it is then as it was. An empty one takes any message.
  package mutating func append(
    _ message: DecodedMessage, payload: RawSpan, at position: Int64, retrying burial: Block.Burial? = nil
  ) -> Bool {
    switch message {
    case .activity(let activity):
      append(activity, digest: ContentDigest.of(activity), at: position, retrying: burial)
    case .refused(let refusal, let id, let resident):
      append(
        RefusedMessage(
          refusal: refusal, id: id, resident: resident,
          payload: payload.extracting(first: RefusedMessage.maxPayloadBytes).copied()),
        at: position, retrying: burial)
    }
  }

  /// The same for bytes in an array.
  package mutating func append(
    _ message: DecodedMessage, payload: [UInt8], at position: Int64, retrying burial: Block.Burial? = nil
  ) -> Bool {
    append(message, payload: payload.span.bytes, at: position, retrying: burial)
  }

  /// Adds an activity; as `append(_:payload:at:)`.
  package mutating func append(
    _ activity: Activity, digest: Digest, at position: Int64, retrying burial: Block.Burial? = nil
  ) -> Bool {
    append(.activity, at: position, burial) { writer in
      writer.activity(activity, digest)
    }
  }

  /// Adds a refused message; as `append(_:payload:at:)`.
  package mutating func append(
    _ message: RefusedMessage, at position: Int64, retrying burial: Block.Burial? = nil
  ) -> Bool {
    append(.refused, at: position, burial) { writer in
      writer.refused(message)
    }
  }

  /// Adds a review; as `append(_:payload:at:)`.
  package mutating func append(_ review: Block.Review, at position: Int64) -> Bool {
    let isAdded = append(.review, at: position, nil) { writer in
      writer.text(review.jobID)
      writer.text(review.activityID)
      writer.byte(review.decision == .accept ? 1 : 0)
      writer.text(review.reason)
      writer.text(review.administrator)
    }
    hasReviews = hasReviews || isAdded
    return isAdded
  }

  /// Whether the block has room for so many sequence runs beside its messages. An empty one has, up to
  /// `Block.maxSequenceRuns`.
  package func hasRoom(forSequences count: Int) -> Bool {
    count <= Block.maxSequenceRuns
      && entries.bytes.count + Self.frameBytes + Self.runsBytes + Self.runBytes * count <= Block.maxBytes
  }

  /// The block without its stamp: the first four bytes, and behind them what follows the eight bytes of the stamp.
  ///
  /// - Parameters:
  ///   - end: one past the last position that the block covers, and past the last message in it.
  ///   - sequences: numbers of the partner's own counter, from 0 up, merged, as many as there is room for.
  package func encoded(coveringTo end: Int64, sequences: [ClosedRange<Int64>] = []) -> [UInt8] {
    precondition(end >= next, "a block covers all of its messages")
    precondition(hasRoom(forSequences: sequences.count), "a block takes no more sequence runs than it has room for")
    var writer = ByteWriter()
    writer.reserve(entries.bytes.count + Self.frameBytes + Self.runsBytes + Self.runBytes * sequences.count)
    let magic = sequences.isEmpty ? BlockFormat.magic : BlockFormat.magicWithRuns
    writer.raw(hasReviews ? BlockFormat.magicWithReviews : magic)
    writer.text(partner)
    writer.fixed(incarnation)
    writer.fixed(first)
    writer.varint(UInt64(end - first))
    writer.varint(UInt64(count))
    writer.raw(entries.bytes)
    if hasReviews || !sequences.isEmpty { writer.runs(sequences) }
    let checksum = Self.checksum(of: writer)
    writer.fixed(checksum)
    return writer.bytes
  }

  private static func checksum(of writer: ByteWriter) -> UInt64 {
    let bytes = writer.bytes
    return BlockFormat.checksum(bytes.span.bytes.extracting(BlockFormat.magic.count..<bytes.count))
  }

  private mutating func append(
    _ kind: BlockFormat.Kind, at position: Int64, _ burial: Block.Burial?, _ write: (inout ByteWriter) -> Void
  ) -> Bool {
    precondition(position >= next, "positions of a block rise")
    guard count < Block.maxEntries else { return false }
    let before = entries.bytes.count
    entries.varint(UInt64(position - first))
    if let burial { entries.retry(burial) }
    entries.byte(kind.rawValue)
    write(&entries)
    guard entries.bytes.count + Self.frameBytes + Self.runsBytes <= Block.maxBytes else {
      entries.truncate(to: before)
      return false
    }
    next = position + 1
    count += 1
    return true
  }
}

extension ByteWriter {
  fileprivate mutating func runs(_ runs: [ClosedRange<Int64>]) {
    varint(UInt64(runs.count))
    var reached: Int64 = 0
    for run in runs {
      precondition(run.lowerBound >= reached, "sequence runs rise from 0")
      varint(UInt64(run.lowerBound - reached))
      varint(UInt64(run.upperBound - run.lowerBound))
      reached = run.upperBound
    }
  }

  fileprivate mutating func retry(_ burial: Block.Burial) {
    byte(BlockFormat.Kind.retry.rawValue)
    byte(burial.shard)
    fixed(burial.content.high)
    fixed(burial.content.low)
  }

  fileprivate mutating func activity(_ activity: Activity, _ digest: Digest) {
    byte(BlockFormat.ActivityFlags(activity).rawValue)
    fixed(digest.high)
    fixed(digest.low)
    text(activity.id)
    text(activity.resident)
    switch activity.report {
    case .act(let behaviour, let quantity, let unit):
      text(behaviour)
      zigzag(activity.endedAt.microseconds)
      if let quantity { zigzag(quantity.millionths) }
      if let unit { byte(unit.wireCode) }
    case .reversal(let original):
      text(original)
      zigzag(activity.endedAt.microseconds)
    }
    // Wrapping there and back, so that any two times survive.
    if let start = activity.startedAt { zigzag(start.microseconds &- activity.endedAt.microseconds) }
    if let region = activity.region { zigzag(Int64(region.code)) }
    if let evidence = activity.evidence { text(evidence) }
    if let claimed = activity.claimedMilligrams { zigzag(claimed) }
    if let sequence = activity.sequence { zigzag(sequence) }
  }

  fileprivate mutating func refused(_ message: RefusedMessage) {
    var flags: BlockFormat.RefusedFlags = []
    if message.id != nil { flags.insert(.id) }
    if message.resident != nil { flags.insert(.resident) }
    byte(flags.rawValue)
    text(message.refusal.reason.rawValue)
    text(message.refusal.detail)
    if let id = message.id { text(id) }
    if let resident = message.resident { text(resident) }
    let payload = message.payload.prefix(RefusedMessage.maxPayloadBytes)
    varint(UInt64(payload.count))
    raw(Array(payload))
  }
}

extension BlockFormat.ActivityFlags {
  fileprivate init(_ activity: Activity) {
    self = []
    switch activity.report {
    case .reversal: insert(.reversal)
    case .act(_, let quantity, let unit):
      if quantity != nil { insert(.quantity) }
      if unit != nil { insert(.unit) }
    }
    if activity.startedAt != nil { insert(.startedAt) }
    if activity.region != nil { insert(.region) }
    if activity.evidence != nil { insert(.evidence) }
    if activity.claimedMilligrams != nil { insert(.claimed) }
    if activity.sequence != nil { insert(.sequence) }
  }
}
