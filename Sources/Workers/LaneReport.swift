import Synchronization

/// What the lanes of one process have done, for its status line. Written by every lane, read by one.
package final class LaneReport: Sendable {
  private let messageCount = Atomic<Int>(0)
  private let batchCount = Atomic<Int>(0)
  private let lostServers = Atomic<Int>(0)
  /// Which of the lanes miss a server.
  let outages = OutageBoard()

  private let unknownCommitCount = Atomic<Int>(0)

  package init() {}

  package var messages: Int { messageCount.load(ordering: .relaxed) }
  package var batches: Int { batchCount.load(ordering: .relaxed) }
  package var outageCount: Int { lostServers.load(ordering: .relaxed) }

  func finished(messages: Int) {
    messageCount.add(messages, ordering: .relaxed)
    batchCount.add(1, ordering: .relaxed)
  }

  /// Batches that ran again because their COMMIT was never answered.
  package var unknownCommits: Int { unknownCommitCount.load(ordering: .relaxed) }

  func lostCommit() { unknownCommitCount.add(1, ordering: .relaxed) }

  func lostServer() { lostServers.add(1, ordering: .relaxed) }
}
