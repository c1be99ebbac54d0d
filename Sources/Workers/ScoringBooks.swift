package import CarbonInclusion

/// What a scoring lane needs of PostgreSQL: the fenced books of the shards. Used by one thread.
///
/// Throws `BatchFault` for what concerns the batch alone; any other error means that the connection is done for.
package protocol ScoringBooks: AnyObject {
  func takeOver(shard: Int16) throws -> Int64
  func open(shard: Int16, epoch: Int64) throws -> BatchOpening
  func answer(_ questions: LedgerQuestions, shard: Int16) throws -> LedgerAnswers
  func histories(_ windows: [HistoryWindow], shard: Int16) throws -> [Int32: [RecordedActivity]]
  func book(_ booking: Booking) throws
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
  /// The blocks are not of this version's format, or of an inbox that the database does not know.
  case unreadable(String)
}
