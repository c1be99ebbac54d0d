/// Named points of the loops, at which a test can make a worker die, stop or fail. Nothing happens there otherwise.
package struct Failpoints: Sendable {
  package enum Role: String, Sendable, CaseIterable {
    case ingest, score, rewards
  }

  /// The points in the order of a turn.
  package enum Point: String, Sendable, CaseIterable {
    /// The lease is held, and the messages were read.
    case afterClaim = "after-claim"
    /// Somebody else's list or shard is taken over.
    case inTakeover = "in-takeover"
    /// The messages were decoded.
    case afterParse = "after-parse"
    /// Ingest: before the first block is offered. Scoring: before the transaction.
    case beforeBegin = "before-begin"
    /// Ingest: some blocks were accepted. Scoring: the rows are written.
    case afterRows = "after-rows"
    /// Scoring: before COMMIT.
    case beforeCommit = "before-commit"
    /// Ingest: all blocks were accepted. Scoring: after COMMIT. The list still holds everything.
    case afterCommit = "after-commit"
    /// The list was trimmed.
    case afterTrim = "after-trim"
    /// The lane was asked to stop, and is about to leave.
    case inShutdown = "in-shutdown"
  }

  private let onReach: @Sendable (Role, Point) throws -> Void
  private let onMessage: (@Sendable (Role, String) -> Void)?

  /// - Parameters:
  ///   - onReach: is told of each point that a lane reaches; what it throws counts as a server's failure.
  ///   - onMessage: is told of each message that is worked on, by its id.
  package init(
    onReach: @escaping @Sendable (Role, Point) throws -> Void = { _, _ in },
    onMessage: (@Sendable (Role, String) -> Void)? = nil
  ) {
    self.onReach = onReach
    self.onMessage = onMessage
  }

  func reach(_ point: Point, _ role: Role) throws { try onReach(role, point) }

  /// The same where nothing can be thrown yet.
  func failure(at point: Point, _ role: Role) -> (any Error)? {
    do { try onReach(role, point) } catch { return error }
    return nil
  }

  var watchesMessages: Bool { onMessage != nil }

  func workOn(_ id: String, _ role: Role) { onMessage?(role, id) }
}
