/// Which of the fixed shards a resident belongs to. Never changes: it says in which list a resident's activities wait.
///
/// A shard is the low five bits of a hash of the UTF-8 bytes: FNV-1a with 64 bits, then the finalizer of MurmurHash3
/// (`fmix64`), since the low bits of FNV-1a alone follow the low bits of the input.
package enum ShardMap {
  package static let count = 32

  /// The shard of a resident, 0 to 31, by the exact bytes of the pseudonymous id.
  package static func shard(ofResident resident: String) -> Int { shard(of: resident) }

  /// Where refused messages of a partner's inbox go when no resident can be read from them.
  package static func shard(ofInbox partner: String) -> Int { shard(of: partner) }

  private static func shard(of text: String) -> Int {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return Int(mixed(hash) % UInt64(count))
  }

  private static func mixed(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed ^= mixed >> 33
    mixed &*= 0xff51_afd7_ed55_8ccd
    mixed ^= mixed >> 33
    mixed &*= 0xc4ce_b9fe_1a85_ec53
    return mixed ^ mixed >> 33
  }
}
