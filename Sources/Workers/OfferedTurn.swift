/// A turn whose blocks are on their way to the shards.
struct OfferedTurn {
  let claim: InboxClaim
  /// The blocks that no list has accepted yet; those of one shard in their order.
  var left: [(shard: Int, block: [UInt8])]
  /// When they are offered again, once the turn is parked.
  var dueAtMs: Int64 = 0

  var shards: Set<Int> { Set(left.map(\.shard)) }
}
