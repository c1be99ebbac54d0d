internal import CarbonInclusion
internal import Synchronization

/// Which ids the lanes of a process have met in the ledger lately, so that only those need be asked for.
///
/// Asking for an id that is not there costs PostgreSQL as much as writing it, and nearly none is there. So a batch asks
/// for ids that were met before: partners send again what they sent a moment ago. All others are written as they come.
/// Where one is there after all, the ledger's own key refuses the batch, and every id of its shards is asked for during
/// a while: what comes from long ago comes in crowds. So this memory decides what is quick, never what is right.
package final class KeyMemory: Sendable {
  private struct Shard {
    var keys = RecentKeys()
    var caution = Caution()
    /// Under which a lane of this process took the shard over last.
    var epoch: Int64 = 0
  }

  /// How many batches ask for every id of a shard that another process had: what it met a moment ago is not known.
  private static let batchesAfterOthers = 8

  private let shards = Mutex<[Int16: Shard]>([:])

  package init() {}

  /// Whether an id was not met, and what was met is known.
  func isNew(_ key: ActivityKey, toShard shard: Int16) -> Bool {
    shards.withLock { shards in
      guard let known = shards[shard] else { return true }
      return !known.caution.isOn && !known.keys.mayHold(Self.hash(key))
    }
  }

  func tookOver(shard: Int16, epoch: Int64) {
    shards.withLock { shards in
      var known = shards[shard] ?? Shard()
      if known.epoch != epoch - 1 { known.caution.begin(batches: Self.batchesAfterOthers) }
      known.epoch = epoch
      shards[shard] = known
    }
  }

  /// Keys that are in the ledger, or will be in a moment.
  func met(_ keys: [UInt64], ofShard shard: Int16) {
    shards.withLock { shards in
      for key in keys { shards[shard, default: Shard()].keys.insert(key) }
      shards[shard]?.caution.committed()
    }
  }

  func collided(shard: Int16) { shards.withLock { $0[shard, default: Shard()].caution.collided() } }

  /// Spreads what the last letters of an id change over all bits; the finalizer of MurmurHash3.
  static func hash(_ key: ActivityKey) -> UInt64 {
    var hash = KeyShard.hash(of: key)
    hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
    hash = (hash ^ (hash >> 33)) &* 0xc4ce_b9fe_1a85_ec53
    return hash ^ (hash >> 33)
  }
}
