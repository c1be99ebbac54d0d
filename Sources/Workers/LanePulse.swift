import Synchronization

/// The pulse of one lane, for whoever watches over it: that it still turns, and that its work goes on.
package final class LanePulse: Sendable {
  package let lane: String
  private let turnCount = Atomic<Int>(0)
  private let goodCount = Atomic<Int>(0)

  package init(lane: String) { self.lane = lane }

  /// Rises with everything that the lane does, waiting for a server included. A lane that computes without end does not
  /// do anything any more.
  package var turns: Int { turnCount.load(ordering: .relaxed) }

  /// Rises when something was finished, and when nothing could be: no work, a server that is away, lists that are full.
  package var good: Int { goodCount.load(ordering: .relaxed) }

  func turn() { turnCount.add(1, ordering: .relaxed) }

  func isGood() {
    turn()
    goodCount.add(1, ordering: .relaxed)
  }
}
