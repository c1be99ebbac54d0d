/// A set of the newest hashes that may say yes for what it does not hold, and no only for what it does not: two
/// generations of a Bloom filter.
struct RecentKeys {
  /// Of each generation; then about one hash in four hundred is held by mistake.
  private static let most = 8_192
  private static let bits = 1 << 17

  private var newer = Self.none
  private var older = Self.none
  private var count = 0

  private static var none: [UInt64] { Array(repeating: 0, count: bits / 64) }

  mutating func insert(_ hash: UInt64) {
    if count == Self.most {
      older = newer
      newer = Self.none
      count = 0
    }
    for bit in Self.places(hash) { newer[bit >> 6] |= 1 << UInt64(bit & 63) }
    count += 1
  }

  func mayHold(_ hash: UInt64) -> Bool { Self.holds(newer, hash) || Self.holds(older, hash) }

  private static func holds(_ words: [UInt64], _ hash: UInt64) -> Bool {
    places(hash).allSatisfy { words[$0 >> 6] & (1 << UInt64($0 & 63)) != 0 }
  }

  /// Four places from one hash: multiples of its upper half added to its lower one.
  private static func places(_ hash: UInt64) -> some Sequence<Int> {
    let step = (hash >> 32) | 1
    return (0..<4).lazy.map { Int((hash &+ UInt64($0) &* step) & UInt64(bits - 1)) }
  }
}
