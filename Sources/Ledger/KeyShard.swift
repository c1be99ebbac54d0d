internal import CarbonInclusion

/// The shard of an activity key: spreads keys over as many places as there are shards of residents.
enum KeyShard {
  /// Stored in rows, so it never changes.
  static func shard(of key: ActivityKey) -> Int16 {
    let hash = hash(of: key)
    return Int16((hash ^ (hash >> 32)) % 32)
  }

  /// FNV-1a over partner number and id.
  static func hash(of key: ActivityKey) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    mix(UInt8(truncatingIfNeeded: key.partnerNumber))
    mix(UInt8(truncatingIfNeeded: key.partnerNumber >> 8))
    for byte in key.id.utf8 { mix(byte) }
    return hash
  }
}
