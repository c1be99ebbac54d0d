import Synchronization

/// The one post from which an idle lane of a process keeps watch for work. The other idle lanes need not look so often,
/// so a process at rest costs the same with any number of lanes.
package final class IdlePost: Sendable {
  private let isTaken = Atomic<Bool>(false)

  package init() {}

  /// - Returns: whether the caller keeps the watch from now on, until it leaves.
  func enter() -> Bool { !isTaken.exchange(true, ordering: .acquiringAndReleasing) }

  func leave() { isTaken.store(false, ordering: .releasing) }
}
