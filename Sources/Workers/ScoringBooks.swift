package import CarbonInclusion

/// What a scoring lane needs of PostgreSQL: the fenced books of the shards. Used by one thread.
///
/// Throws `BatchFault` for what concerns the batch alone; any other error means that the connection is done for.
package protocol ScoringBooks: AnyObject {
  /// Called about once a second while the database lets the lane wait; returns whether to wait on. A wait that is given
  /// up ends the connection.
  var whileWaiting: (() -> Bool)? { get set }

  func takeOver(shard: Int16) throws -> Int64
  /// Begins a batch of these shards, by rising number, but for those whose epoch is not the newest. What is asked and
  /// booked then comes in the order of what is returned.
  ///
  /// - Throws: `BatchFault.fenced` where none is left.
  func open(_ shards: [ShardEpoch]) throws -> [BatchOpening]
  /// Whether an id need not be asked for: where it is there all the same, `book` throws `BatchFault.collided`.
  func isNew(_ key: ActivityKey, toShard shard: Int16) -> Bool
  func answer(_ questions: [LedgerQuestions]) throws -> [LedgerAnswers]
  func accounts(_ questions: [AccountQuestions]) throws -> [AccountAnswers]
  func histories(_ windows: [[HistoryWindow]]) throws -> [HistoryAnswers]
  func book(_ bookings: [Booking]) throws
  /// - Throws: `UnknownCommit` where nobody knows whether the batch is booked.
  func commit() throws
  func rollBack()
  /// The newest catalogue; 0 where none was applied.
  func catalogueVersion() throws -> Int32
  /// The key of the evidence hash.
  func evidenceKey() throws -> [UInt8]
  /// The catalogue of a version, ready for scoring.
  func policy(version: Int32) throws -> Policy
}

/// Why a batch came to nothing although the database answers.
package enum BatchFault: Error, Equatable {
  /// Another lane owns the shard now.
  case fenced
  /// The batch met another one in the same rows; running it again settles it.
  case collided(String)
  /// The database refuses what the batch would write; running it again changes nothing.
  case refused(String)
  /// The blocks are not of this version's format, or of an inbox that the database does not know.
  case unreadable(String)
}

/// The connection was lost inside COMMIT: the batch may be booked or not. Running it again, on a new connection,
/// settles it, because the keys absorb what was booked.
package struct UnknownCommit: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}
