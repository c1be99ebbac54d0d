/// How much a batch holds: fewer messages while the database is slow, so that a batch never takes long, and more again
/// when it is not; and as many blocks as probably have these messages.
struct BatchSize {
  /// A batch that takes longer makes the next one half as large.
  private static let slowMs: Int64 = 2_000
  /// A batch that takes less makes the next one twice as large.
  private static let quickMs: Int64 = 500
  private static let least = 256
  /// Whatever the last blocks were like, so many can be taken into memory.
  private static let usualBlocks = 128

  private let most: Int
  private let mostBlocks: Int
  private(set) var messages: Int
  /// A batch asks for no more blocks.
  private(set) var blocks: Int

  /// - Parameters:
  ///   - most: messages of a batch.
  ///   - mostBlocks: of a batch, where they are small.
  init(most: Int, mostBlocks: Int) {
    self.most = most
    self.mostBlocks = mostBlocks
    self.messages = most
    self.blocks = min(Self.usualBlocks, mostBlocks)
  }

  mutating func took(messages taken: Int, blocks count: Int, milliseconds: Int64) {
    if milliseconds > Self.slowMs { messages = max(min(Self.least, most), messages / 2) }
    if milliseconds < Self.quickMs { messages = min(most, messages * 2) }
    let fitting = messages * max(1, count) / max(1, taken)
    // Step by step: blocks of one message each may be followed by full ones.
    blocks = min(mostBlocks, max(Self.usualBlocks, min(fitting, count * 2)))
  }

  /// Which shards go through one batch: as many as probably fill it.
  ///
  /// - Parameters:
  ///   - lengths: how many blocks each shard's list has.
  ///   - alone: whether a shard must not share its batch.
  func together(_ shards: [Int], lengths: [Int], alone: (Int) -> Bool) -> [[Int]] {
    var batches: [[Int]] = []
    var left = 0
    for shard in shards {
      if alone(shard) || lengths[shard] > left {
        batches.append([])
        left = alone(shard) ? 0 : blocks
      }
      batches[batches.count - 1].append(shard)
      left -= lengths[shard]
    }
    return batches
  }
}
