import CarbonInclusion
import CatalogueFile
import Ledger
import PostgresClient
import Workers

/// The books of the shards, for one scoring lane: the ledger's errors in the words of the loop.
final class LedgerBooks: ScoringBooks {
  private let books: ShardBooks
  private let evidenceKeyOverride: [UInt8]?

  init(books: ShardBooks, evidenceKey: [UInt8]?) {
    self.books = books
    self.evidenceKeyOverride = evidenceKey
  }

  var whileWaiting: (() -> Bool)? {
    get { books.whileWaiting }
    set { books.whileWaiting = newValue }
  }

  func takeOver(shard: Int16) throws -> Int64 { try translating { try books.takeOver(shard: shard) } }

  func open(_ shards: [ShardEpoch]) throws -> [BatchOpening] { try translating { try books.open(shards) } }

  func isNew(_ key: ActivityKey, toShard shard: Int16) -> Bool { books.isNew(key, toShard: shard) }

  func answer(_ questions: [LedgerQuestions]) throws -> [LedgerAnswers] {
    try translating { try books.answer(questions) }
  }

  func accounts(_ questions: [AccountQuestions]) throws -> [AccountAnswers] {
    try translating { try books.accounts(questions) }
  }

  func histories(_ windows: [[HistoryWindow]]) throws -> [HistoryAnswers] {
    try translating { try books.histories(windows) }
  }

  func book(_ bookings: [Booking]) throws { try translating { try books.book(bookings) } }

  func commit() throws {
    do {
      try translating { try books.commit() }
    } catch let error as PostgresError where error.kind == .unknownCommit {
      throw UnknownCommit(error.description)
    }
  }

  func rollBack() { books.rollBack() }

  func catalogueVersion() throws -> Int32 { try books.catalogueVersion() }

  func evidenceKey() throws -> [UInt8] { try evidenceKeyOverride ?? books.evidenceKey() }

  func policy(version: Int32) throws -> Policy {
    let stored = try books.catalogue(version: version)
    let catalogue = try CatalogueFile.read(text: stored.yaml, fileName: "catalogue version \(version)")
    return Policy(version: stored.version, catalogue: catalogue, numbers: stored.numbers)
  }

  private func translating<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch LedgerError.fenced {
      throw BatchFault.fenced
    } catch let error as LedgerError where error.isCollision {
      throw BatchFault.collided(error.description)
    } catch let error as PostgresError
      where !books.isBroken
      && (error.isUniqueViolation || error.isDeadlock || error.isSerialization || error.isLockTimeout)
    {
      throw BatchFault.collided(error.description)
    } catch let error as PostgresError where !books.isBroken && error.isAboutData {
      throw BatchFault.refused(error.description)
    }
  }
}
