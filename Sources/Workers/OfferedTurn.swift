/// A turn whose blocks are on their way to the shards.
struct OfferedTurn {
  private static let shortestWaitMs: Int64 = 20

  let claim: InboxClaim
  /// The blocks that no list has accepted yet; those of one shard in their order.
  private(set) var left: [(shard: Int, block: [UInt8])]
  /// Whether it took everything that its partner had: then it need not stand behind what another one floods in.
  let isAll: Bool
  /// When they are offered again, once the turn is parked.
  private(set) var dueAtMs: Int64 = 0
  /// Since when no block was accepted.
  private(set) var waitingSinceMs: Int64 = 0
  private var waitMs = Self.shortestWaitMs
  /// When its lease was renewed.
  var renewedAtMs: Int64 = 0

  init(claim: InboxClaim, left: [(shard: Int, block: [UInt8])], isAll: Bool) {
    self.claim = claim
    self.left = left
    self.isAll = isAll
  }

  /// The places of the blocks that may be offered now: of each shard the first one, so that their order stays.
  var firstOfShards: [Int] {
    var shards: Set<Int> = []
    return left.indices.filter { shards.insert(left[$0].shard).inserted }
  }

  /// Forgets blocks that were accepted.
  mutating func remove(_ places: Set<Int>) {
    left = left.indices.filter { !places.contains($0) }.map { left[$0] }
  }

  /// Lists have refused blocks of it again.
  ///
  /// - Parameters:
  ///   - hasMoved: whether some were accepted since the last time.
  ///   - longestWaitMs: how long it waits until it is offered again, at most, for how long it waits already.
  mutating func wait(nowMs: Int64, hasMoved: Bool, longestWaitMs: (_ waitedMs: Int64) -> Int64) {
    if hasMoved { (waitingSinceMs, waitMs) = (nowMs, Self.shortestWaitMs) }
    dueAtMs = nowMs + min(waitMs, longestWaitMs(nowMs - waitingSinceMs))
    waitMs = min(waitMs * 2, 1 << 16)
  }
}
