/// For how many batches a lane does without a short cut after one that came to nothing because of it: the longer, the
/// sooner that happens again.
struct Caution {
  private static let fewest = 8
  private static let most = 256

  private var batchesLeft = 0
  private var nextTime = Self.fewest

  var isOn: Bool { batchesLeft > 0 }

  /// Does without it for at least so many batches.
  mutating func begin(batches: Int) { batchesLeft = max(batchesLeft, batches) }

  mutating func collided() {
    batchesLeft = nextTime
    nextTime = min(2 * nextTime, Self.most)
  }

  mutating func committed() {
    if isOn { batchesLeft -= 1 } else { nextTime = max(nextTime - 1, Self.fewest) }
  }
}
