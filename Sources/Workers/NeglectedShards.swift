/// Finds the shards of others whose lists have blocks and do not move: their owner has died, or stands still.
///
/// A lane with work of its own would not look at them otherwise, and must not take them from an owner that works.
struct NeglectedShards {
  private struct Mark {
    var place: String
    var since: Int64
  }

  private static let lookEveryMs: Int64 = 250
  private static let neglectedAfterMs: Int64 = 750

  private var marks: [Int: Mark] = [:]
  private var lookedAt: Int64 = .min

  /// - Parameters:
  ///   - shards: those of others that have blocks.
  ///   - places: how far each of their lists has come.
  /// - Returns: those that have not moved for long.
  mutating func find(among shards: [Int], nowMs: Int64, places: ([Int]) throws -> [String]) rethrows -> [Int] {
    guard lookedAt == .min || nowMs - lookedAt >= Self.lookEveryMs else { return [] }
    lookedAt = nowMs
    guard !shards.isEmpty else {
      marks = [:]
      return []
    }
    let before = marks
    marks = [:]
    for (shard, place) in zip(shards, try places(shards)) {
      let known = before[shard].flatMap { $0.place == place ? $0 : nil }
      marks[shard] = known ?? Mark(place: place, since: nowMs)
    }
    return shards.filter { nowMs - (marks[$0]?.since ?? nowMs) >= Self.neglectedAfterMs }
  }
}
