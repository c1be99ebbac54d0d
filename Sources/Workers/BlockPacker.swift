import CarbonInclusion
import Messages

/// Groups the messages of one turn into blocks by the shard of their residents. Refused ones travel the same way, so
/// that all outcomes are booked by one mechanism.
struct BlockPacker {
  private let partner: String
  private let inboxShard: Int
  private var builders: [BlockBuilder?] = Array(repeating: nil, count: ShardMap.count)
  /// Of each block, the numbers of the partner's own counter that its refused messages carry. Activities keep theirs.
  private var refusedNumbers: [SequenceRuns] = Array(repeating: SequenceRuns(), count: ShardMap.count)
  private var full: [(shard: Int, block: [UInt8])] = []
  private var first: Int64?
  private let failpoints: Failpoints
  /// Of all messages that were taken.
  private(set) var bytes = 0

  init(partner: String, failpoints: Failpoints) {
    self.partner = partner
    self.failpoints = failpoints
    self.inboxShard = ShardMap.shard(ofInbox: partner)
  }

  /// Takes the messages of a claim in their order.
  mutating func add(_ message: RawSpan, incarnation: Int64, offset: Int64) {
    let decoded = ActivityDecoder.decode(message)
    bytes += message.byteCount
    if failpoints.watchesMessages, let id = decoded.id { failpoints.workOn(id, .ingest) }
    add(decoded, message, incarnation: incarnation, offset: offset)
  }

  /// Takes a message that killed its workers, without looking into it.
  mutating func bury(_ message: RawSpan, incarnation: Int64, offset: Int64, attempts: Int) {
    let refusal = Poison.refusal(stage: .ingest, attempts: attempts)
    add(.refused(refusal, id: nil, resident: nil), message, incarnation: incarnation, offset: offset)
  }

  private mutating func add(_ decoded: DecodedMessage, _ message: RawSpan, incarnation: Int64, offset: Int64) {
    let first = first ?? offset
    self.first = first
    let shard = shard(of: decoded)
    var builder = builders[shard] ?? BlockBuilder(partner: partner, incarnation: incarnation, from: first)
    builders[shard] = nil
    if !builder.append(decoded, payload: message, at: offset) {
      full += encoded(builder, shard, coveringTo: offset)
      refusedNumbers[shard] = SequenceRuns()
      builder.restart(from: offset)
      _ = builder.append(decoded, payload: message, at: offset)
    }
    builders[shard] = builder
    if case .refused(let refusal, _, _) = decoded, refusal.reason != .poison,
      let number = ActivityDecoder.sequence(ofRefused: message)
    {
      refusedNumbers[shard].insert(number)
    }
  }

  /// All blocks; those of one shard in their order. The last one of each covers the whole claim.
  func blocks(of claim: InboxClaim) -> [(shard: Int, block: [UInt8])] {
    let end = claim.position + Int64(claim.count)
    return full
      + builders.enumerated().flatMap { shard, builder in
        builder.map { encoded($0, shard, coveringTo: end) } ?? []
      }
  }

  /// The block with the numbers of its refused messages: they are booked with them, or lost with them. Where the block
  /// has no room for all, others behind it carry the rest.
  private func encoded(_ builder: BlockBuilder, _ shard: Int, coveringTo end: Int64) -> [(shard: Int, block: [UInt8])] {
    var runs = refusedNumbers[shard].merged[...]
    let most = min(runs.count, Block.maxSequenceRuns)
    let carried = builder.hasRoom(forSequences: most) ? most : 0
    var blocks = [(shard, builder.encoded(coveringTo: end, sequences: Array(runs.prefix(carried))))]
    runs.removeFirst(carried)
    while !runs.isEmpty {
      // Covers nothing of its own: what comes behind it must not look like something that comes again.
      let carrier = BlockBuilder(partner: partner, incarnation: builder.incarnation, from: end)
      blocks.append((shard, carrier.encoded(coveringTo: end, sequences: Array(runs.prefix(Block.maxSequenceRuns)))))
      runs.removeFirst(min(runs.count, Block.maxSequenceRuns))
    }
    return blocks
  }

  private func shard(of message: DecodedMessage) -> Int {
    switch message {
    case .activity(let activity): ShardMap.shard(ofResident: activity.resident)
    case .refused(_, _, let resident): resident.map { ShardMap.shard(ofResident: $0) } ?? inboxShard
    }
  }
}

extension DecodedMessage {
  fileprivate var id: String? {
    switch self {
    case .activity(let activity): activity.id
    case .refused(_, let id, _): id
    }
  }
}
