import CarbonInclusion
import Messages

/// Groups the messages of one turn into blocks by the shard of their residents. Refused ones travel the same way, so
/// that all outcomes are booked by one mechanism.
struct BlockPacker {
  private let partner: String
  private let inboxShard: Int
  private var builders: [BlockBuilder?] = Array(repeating: nil, count: ShardMap.count)
  private var full: [(shard: Int, block: [UInt8])] = []
  private var first: Int64?
  private var sequences = SequenceRuns()
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
    if let sequence = sequence(of: decoded, message) { sequences.insert(sequence) }
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
      full.append((shard, builder.encoded(coveringTo: offset)))
      builder.restart(from: offset)
      _ = builder.append(decoded, payload: message, at: offset)
    }
    builders[shard] = builder
  }

  /// All blocks; those of one shard in their order. The last one of each covers the whole claim.
  ///
  /// Which numbers of the partner's own counter the turn held goes to the inbox's own shard, in a block of its own if
  /// need be: one list in order, so that a hole below the highest booked number is a hole.
  func blocks(of claim: InboxClaim) -> [(shard: Int, block: [UInt8])] {
    let end = claim.position + Int64(claim.count)
    var runs = sequences.merged[...]
    var blocks = full
    for (shard, builder) in builders.enumerated() {
      guard let builder else { continue }
      let carried = runs.prefix(Block.maxSequenceRuns)
      if shard == inboxShard, builder.hasRoom(forSequences: carried.count) {
        blocks.append((shard, builder.encoded(coveringTo: end, sequences: Array(carried))))
        runs.removeFirst(carried.count)
      } else {
        blocks.append((shard, builder.encoded(coveringTo: end)))
      }
    }
    while !runs.isEmpty {
      // Covers nothing of its own: the blocks of the turn before it must not look like ones that come again.
      let carrier = BlockBuilder(partner: partner, incarnation: claim.incarnation, from: end)
      let carried = runs.prefix(Block.maxSequenceRuns)
      blocks.append((inboxShard, carrier.encoded(coveringTo: end, sequences: Array(carried))))
      runs.removeFirst(carried.count)
    }
    return blocks
  }

  private func sequence(of message: DecodedMessage, _ bytes: RawSpan) -> Int64? {
    switch message {
    case .activity(let activity): activity.sequence
    case .refused: ActivityDecoder.sequence(ofRefused: bytes)
    }
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
