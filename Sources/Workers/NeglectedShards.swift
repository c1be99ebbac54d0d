/// Finds the shards of others whose lists have blocks and do not move: their owner has died, stands still, or has too
/// much to do.
///
/// A lane with work of its own takes them from an owner that seems dead alone. An idle one takes half of them soon, but
/// not before the owner had the time for a round: as long as one lane keeps up, its batches are the larger, and a shard
/// that changes hands costs a transaction more.
struct NeglectedShards {
  private struct Mark {
    var place: String
    var since: Int64
  }

  /// How long an idle lane waits for a shard's owner.
  static let patienceMs: Int64 = 60
  private static let lookEveryMs: Int64 = 250
  private static let neglectedAfterMs: Int64 = 750

  private var marks: [Int: Mark] = [:]
  private var lookedAt: Int64 = .min

  /// - Parameters:
  ///   - shards: those of others that have blocks.
  ///   - isIdle: whether the lane has nothing else to do.
  ///   - places: how far each of their lists has come.
  /// - Returns: those to take over, because they have not moved for long.
  mutating func find(among shards: [Int], nowMs: Int64, isIdle: Bool, places: ([Int]) throws -> [String]) rethrows
    -> [Int]
  {
    guard isIdle || lookedAt == .min || nowMs - lookedAt >= Self.lookEveryMs else { return [] }
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
    let longest = isIdle ? Self.patienceMs : Self.neglectedAfterMs
    let left = shards.filter { nowMs - (marks[$0]?.since ?? nowMs) >= longest }
    // The other half stays with an owner that has too much to do; of a dead one, the next look takes more.
    return isIdle ? Array(left.prefix((left.count + 1) / 2)) : left
  }
}
