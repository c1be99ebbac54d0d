/// How long a lane rests before it looks again: shortly after there was something, and longer from look to look while
/// there is nothing.
///
/// Whoever has taken everything lets something gather, because a look, a turn and a transaction cost much the same for
/// one message as for a hundred. A resting fleet costs next to nothing.
struct WatchWait {
  private static let shortestMs = 3
  /// Where so many came at once, more gather.
  private static let someMessages = 64
  private static let gatherMs = 8
  /// So often a lane looks in vain before it waits for longer: what comes in little clumps finds it awake.
  private static let livelyLooks = 24

  private let longestMs: Int
  /// After so many messages the lane does not rest: more has gathered already.
  private let plenty: Int
  private var nextMs: Int
  private var looksInVain = 0

  init(longestMs: Int, plenty: Int = .max) {
    self.longestMs = longestMs
    self.plenty = plenty
    self.nextMs = longestMs
  }

  mutating func found(messages: Int) {
    let rest = messages < Self.someMessages ? Self.shortestMs : Self.gatherMs
    nextMs = messages < plenty ? min(rest, longestMs) : 0
    looksInVain = 0
  }

  /// Whether there was something not long ago: then a look now and then is cheaper than to be called.
  var isLively: Bool { looksInVain <= Self.livelyLooks }

  /// - Returns: how long to rest now, in ms.
  mutating func next() -> Int {
    defer {
      looksInVain += 1
      if looksInVain > Self.livelyLooks {
        nextMs = min(longestMs, nextMs * 2)
      } else if nextMs < longestMs {
        nextMs = min(Self.shortestMs, longestMs)
      }
    }
    return nextMs
  }
}
