/// Finds the shards of others whose lists have blocks and do not move: their owner has died, stands still, or has more
/// to do than this lane.
///
/// Every shard that changes hands costs a transaction more, and lanes that keep up have the larger batches the fewer
/// they are. So a lane takes the less, and the later, the more it has to do itself.
struct NeglectedShards {
  /// What a lane has to do besides.
  enum Leisure {
    /// Nothing. It takes half of those that wait for longer than a round should take; of a dead owner's, the next look
    /// takes more.
    case idle
    /// It lets something gather between its batches. It takes one shard now and then from an owner with more of them.
    case easy
    /// Enough. It takes the shards of an owner that seems dead.
    case busy
  }

  private struct Mark {
    var place: String
    var since: Int64
  }

  /// How long an idle lane waits for a shard's owner.
  static let patienceMs: Int64 = 60
  private static let roundMs: Int64 = 30
  private static let lookEveryMs: Int64 = 250
  private static let neglectedAfterMs: Int64 = 750
  /// Other lanes have as much to do as this one: a shard may well not move for the time of a round of theirs.
  private static let roundsOfOwner: Int64 = 3

  private var marks: [Int: Mark] = [:]
  private var lookedAt: Int64 = .min
  /// Whether the next look is to come after a round, to see what has moved since the last one.
  private var looksAgain = false

  /// - Parameters:
  ///   - shards: those of others that have blocks.
  ///   - own: how many of the lane's own have some.
  ///   - ownRoundMs: how long the lane has just been busy with its own.
  ///   - places: how far each of their lists has come.
  /// - Returns: those that may be taken over, and how many of them: some may be paused, or in somebody's hands.
  mutating func find(
    among shards: [Int], own: Int, ownRoundMs: Int64, leisure: Leisure, nowMs: Int64,
    places: ([Int]) throws -> [String]
  ) rethrows -> (shards: [Int], most: Int) {
    let every = leisure == .idle ? 0 : leisure == .easy && looksAgain ? Self.roundMs : Self.lookEveryMs
    guard lookedAt == .min || nowMs - lookedAt >= every else { return ([], 0) }
    lookedAt = nowMs
    looksAgain.toggle()
    guard !shards.isEmpty else {
      marks = [:]
      return ([], 0)
    }
    let before = marks
    marks = [:]
    for (shard, place) in zip(shards, try places(shards)) {
      let known = before[shard].flatMap { $0.place == place ? $0 : nil }
      marks[shard] = known ?? Mark(place: place, since: nowMs)
    }
    let forMs = max(Self.neglectedAfterMs, Self.roundsOfOwner * ownRoundMs)
    let neglected = unmoved(shards, nowMs: nowMs, forMs: forMs)
    switch leisure {
    case .idle:
      let waiting = unmoved(shards, nowMs: nowMs, forMs: Self.patienceMs)
      return (waiting, (waiting.count + 1) / 2)
    case .easy:
      let waiting = unmoved(shards, nowMs: nowMs, forMs: Self.roundMs)
      return waiting.count > own ? (waiting, 1) : (neglected, neglected.count)
    case .busy: return (neglected, neglected.count)
    }
  }

  private func unmoved(_ shards: [Int], nowMs: Int64, forMs: Int64) -> [Int] {
    shards.filter { nowMs - (marks[$0]?.since ?? nowMs) >= forMs }
  }
}
