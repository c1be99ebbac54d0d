/// How long a lane rests before it looks again: shortly after there was something, and longer from look to look while
/// there is nothing.
///
/// Partners only push, so nobody can wake the lane. A resting fleet costs next to nothing, and a lively one does not
/// look for each message alone.
struct WatchWait {
  private static let shortestMs = 8

  private let longestMs: Int
  private var nextMs: Int

  init(longestMs: Int) {
    self.longestMs = longestMs
    self.nextMs = longestMs
  }

  mutating func foundSomething() { nextMs = min(Self.shortestMs, longestMs) }

  /// - Returns: how long to rest now, in ms.
  mutating func next() -> Int {
    defer { nextMs = min(longestMs, nextMs * 2) }
    return nextMs
  }
}
