import Ledger
import PostgresClient
import Testing

@testable import CarbonInclusion

/// The fence of the books: whoever lost a shard can write nothing, however it lost it.
@Suite struct BooksTests {
  private func books(
    _ fleet: FleetFixture, _ owner: String, _ memory: KeyMemory = KeyMemory()
  ) throws -> ShardBooks {
    try ShardBooks(connection: try fleet.connectPostgres(), owner: owner, memory: memory)
  }

  @Test func `an owner that was taken over cannot open a batch`() throws {
    let fleet = try FleetFixture()
    let (old, new) = (try books(fleet, "old"), try books(fleet, "new"))
    let oldEpoch = try old.takeOver(shard: 5)
    let newEpoch = try new.takeOver(shard: 5)
    #expect(newEpoch > oldEpoch)
    #expect(throws: LedgerError.fenced(shard: 5)) { _ = try old.open(5, oldEpoch) }
    old.rollBack()
    #expect(try new.open(5, newEpoch).batchNumber == 1)
    new.rollBack()
  }

  @Test func `an owner that was stopped inside its transaction does not hold its successor up`() throws {
    let fleet = try FleetFixture()
    let (old, new) = (try books(fleet, "old"), try books(fleet, "new"))
    let opening = try old.open(5, try old.takeOver(shard: 5))
    // It stops here, with the fence row locked.
    let begin = ContinuousClock.now
    let epoch = try new.takeOver(shard: 5)
    #expect(ContinuousClock.now - begin < .seconds(5))
    #expect(try new.open(5, epoch).batchNumber == opening.batchNumber)
    #expect(throws: PostgresError.self, "the old owner went on writing") {
      try old.book([Booking(nextEntryNumber: 1, nextResidentNumber: 1)])
    }
    new.rollBack()
  }

  @Test func `a batch of nothing but duplicates performs a real write`() throws {
    let fleet = try FleetFixture()
    let books = try books(fleet, "only")
    let opening = try books.open(5, try books.takeOver(shard: 5))
    let before = try fleet.value("SELECT pg_current_wal_lsn()")
    // What a batch of duplicates books: counts, and no entry.
    try books.book([
      Booking(nextEntryNumber: opening.nextEntryNumber, nextResidentNumber: opening.nextResidentNumber)
    ])
    try books.commit()
    #expect(try fleet.value("SELECT pg_current_wal_lsn() > '\(before)'") == "true")
    #expect(try fleet.value("SELECT batch_no FROM puhui.fence WHERE shard = 5") == "1")
  }

  @Test func `two shards that book one id at once agree on one of them`() throws {
    let fleet = try FleetFixture()
    let (one, two) = (try books(fleet, "one"), try books(fleet, "two"))
    _ = try one.open(1, try one.takeOver(shard: 1))
    _ = try two.open(2, try two.takeOver(shard: 2))
    try one.book([booking(resident: "r-1")])
    // It waits for the first one's key, as long as the lock timeout allows.
    #expect(throws: PostgresError.self) { try two.book([booking(resident: "r-2")]) }
    two.rollBack()
    try one.commit()
    var questions = LedgerQuestions()
    questions.keys = [ActivityKey(partnerNumber: 1, id: "same")]
    _ = try two.open(2, try two.takeOver(shard: 2))
    #expect(try two.answer([questions])[0].known.values.map(\.shard) == [1], "run again, it sees the first")
    two.rollBack()
  }

  @Test func `an id that nobody met is not asked for; once it was there all the same, every id is`() throws {
    let fleet = try FleetFixture()
    let (one, two) = (try books(fleet, "one"), try books(fleet, "two"))
    _ = try one.open(1, try one.takeOver(shard: 1))
    try one.book([booking(resident: "r-1")])
    try one.commit()
    let epoch = try two.takeOver(shard: 2)
    let (id, other) = (ActivityKey(partnerNumber: 1, id: "same"), ActivityKey(partnerNumber: 1, id: "other"))
    _ = try two.open(2, epoch)
    #expect(two.isNew(id, toShard: 2), "the process never met it")
    #expect(try two.known([]) == [])
    #expect(throws: PostgresError.self) { try two.book([booking(resident: "r-2")]) }
    two.rollBack()
    #expect(!two.isNew(id, toShard: 2) && !two.isNew(other, toShard: 2))
    _ = try two.open(2, epoch)
    #expect(try two.known([id, other]) == [id])
    try bookNothing(two, shard: 2, epoch, until: { two.isNew(other, toShard: 2) })
    #expect(!two.isNew(id, toShard: 2) && !one.isNew(id, toShard: 1), "it was found, and it was booked")
    #expect(one.isNew(other, toShard: 1))
  }

  @Test func `lanes of a process know what one of them met, and of another process that it met something`() throws {
    let fleet = try FleetFixture()
    let memory = KeyMemory()
    let (one, two) = (try books(fleet, "one", memory), try books(fleet, "two", memory))
    _ = try one.open(1, try one.takeOver(shard: 1))
    try one.book([booking(resident: "r-1")])
    try one.commit()
    _ = try two.takeOver(shard: 1)
    let (id, other) = (ActivityKey(partnerNumber: 1, id: "same"), ActivityKey(partnerNumber: 1, id: "other"))
    #expect(!two.isNew(id, toShard: 1) && two.isNew(other, toShard: 1))
    _ = try books(fleet, "elsewhere").takeOver(shard: 1)
    let epoch = try one.takeOver(shard: 1)
    #expect(!one.isNew(other, toShard: 1))
    _ = try one.open(1, epoch)
    try bookNothing(one, shard: 1, epoch, until: { one.isNew(other, toShard: 1) })
  }

  /// Ends the batch that is open, and goes on with others of nothing but duplicates, but not for ever.
  private func bookNothing(
    _ books: ShardBooks, shard: Int16, _ epoch: Int64, until isDone: () -> Bool
  ) throws {
    for number in 1...20 {
      try books.book([Booking(nextEntryNumber: 1, nextResidentNumber: 1)])
      try books.commit()
      if isDone() { return }
      _ = try books.open(shard, epoch)
      #expect(number < 20, "a lane asks for every id for ever")
    }
  }

  @Test func `of thousands of accounts and histories each comes to its resident`() throws {
    let fleet = try FleetFixture()
    let books = try books(fleet, "only")
    let epoch = try books.takeOver(shard: 1)
    _ = try books.open(1, epoch)
    let numbers = Array(1...2_500 as ClosedRange<Int32>)
    try books.book([.firsts(of: numbers.map { "r-\($0)" }) { "a-\($0)" }])
    try books.commit()
    _ = try books.open(1, epoch)
    var questions = AccountQuestions()
    questions.booked = numbers.reversed().map { "r-\($0)" }
    questions.read = ["r-7", "nobody"]
    let accounts = try books.accounts([questions])[0].accounts
    #expect(accounts.mapValues(\.residentNumber) == Dictionary(uniqueKeysWithValues: numbers.map { ("r-\($0)", $0) }))
    let windows = numbers.reversed().map { HistoryWindow(residentNumber: $0, from: .earliest, to: .latest) }
    let histories = try books.histories([windows])[0].mapValues { $0.map(\.key.id) }
    #expect(histories == Dictionary(uniqueKeysWithValues: numbers.map { ($0, ["a-\($0)"]) }))
    books.rollBack()
  }

  @Test func `a batch of several shards goes on without those that were taken over`() throws {
    let fleet = try FleetFixture()
    let (old, new) = (try books(fleet, "old"), try books(fleet, "new"))
    let epochs = try [3, 5, 9].map { ShardEpoch(shard: $0, epoch: try old.takeOver(shard: $0)) }
    _ = try new.takeOver(shard: 5)
    #expect(try old.open(epochs).map(\.shard) == [3, 9])
    var empty = booking(resident: "r-9")
    empty.entries = []
    empty.accounts = []
    try old.book([booking(resident: "r-3"), empty])
    try old.commit()
    #expect(
      try fleet.rows("SELECT shard, batch_no FROM puhui.fence WHERE shard IN (3, 5, 9) ORDER BY shard") == [
        "3|1", "5|0", "9|1",
      ])
    #expect(try fleet.rows("SELECT shard, resident FROM puhui.account") == ["3|r-3"])
  }

  @Test(arguments: [
    "points_available = 7, lots = ARRAY[puhui.lot_day(0) - date '1970-01-01' + 7]", "points_held = 7",
    "resident = 'nobody'",
  ])
  func `a batch does not write an account that somebody changed since it was read`(change: String) throws {
    let scene = try AccountScene()
    _ = try scene.readAccount()
    try scene.other.begin("UPDATE puhui.account SET \(change) WHERE resident = 'r-1'")
    try scene.other.commit()
    #expect(throws: LedgerError.accountsChanged) { try scene.books.book([scene.change]) }
    scene.books.rollBack()
    #expect(try scene.fleet.value("SELECT actions FROM puhui.account") == "1", "a void batch was written")
  }

  @Test func `a batch that waits for the job that changes its account is void as well`() throws {
    let scene = try AccountScene()
    _ = try scene.readAccount()
    try scene.other.begin("UPDATE puhui.account SET points_held = 7 WHERE resident = 'r-1'")
    let waited = scene.commitWhenWaitedFor()
    #expect(throws: LedgerError.accountsChanged) { try scene.books.book([scene.change]) }
    #expect(waited(), "the account was written while another transaction had it")
    scene.books.rollBack()
  }

  @Test(arguments: [true, false])
  func `what is refused holds the name that it is booked under`(isErased: Bool) throws {
    let scene = try AccountScene()
    _ = try scene.readAccount()
    let name = isErased ? "nobody" : "r-1"
    try scene.other.begin("UPDATE puhui.account SET resident = '\(name)' WHERE resident = 'r-1'")
    try scene.other.commit()
    var refused = scene.change
    refused.accounts = []
    refused.entries = []
    #expect(throws: LedgerError.accountsChanged) { try scene.books.book([refused]) }
    scene.books.rollBack()

    _ = try scene.readAccount()
    guard !isErased else { return }
    try scene.books.book([refused])
    try scene.other.begin("SET LOCAL lock_timeout = '50ms'")
    #expect(throws: PostgresError.self, "nobody may erase a resident whose name is about to be committed") {
      try scene.other.execute("UPDATE puhui.account SET resident = 'nobody' WHERE resident = 'r-1'")
    }
    try scene.books.commit()
  }

  @Test func `after a batch met a job, accounts are locked as they are read`() throws {
    let scene = try AccountScene()
    _ = try scene.readAccount()
    try scene.other.begin("UPDATE puhui.account SET points_held = 7 WHERE resident = 'r-1'")
    try scene.other.commit()
    #expect(throws: LedgerError.accountsChanged) { try scene.books.book([scene.change]) }
    scene.books.rollBack()

    try scene.other.begin("UPDATE puhui.account SET points_held = 8 WHERE resident = 'r-1'")
    let waited = scene.commitWhenWaitedFor()
    let account = try scene.readAccount()
    #expect(waited(), "the account was read without its lock")
    #expect(account?.purse?.held == 8, "what the batch waited for was not read")
    try scene.books.book([scene.change])
    try scene.books.commit()
    #expect(try scene.fleet.rows("SELECT actions, points_held FROM puhui.account") == ["2|8"])

    // A resident who was erased while the batch waited has no account.
    try scene.other.begin("UPDATE puhui.account SET resident = 'nobody' WHERE resident = 'r-1'")
    let waitedAgain = scene.commitWhenWaitedFor()
    #expect(try scene.readAccount() == nil, "something would be booked under a name that was erased")
    #expect(waitedAgain())
  }

  private func booking(resident: String) -> Booking { .first(of: resident) }
}

extension Booking {
  /// The first activity of a resident, who is new.
  fileprivate static func first(of resident: String) -> Booking { firsts(of: [resident]) { _ in "same" } }

  /// The first activities of residents, who are new and numbered from 1, under ids by their numbers.
  fileprivate static func firsts(of residents: [String], id: (Int32) -> String) -> Booking {
    let numbered = zip(Int32(1)..., residents)
    var booking = Booking(
      nextEntryNumber: Int64(residents.count) + 1, nextResidentNumber: Int32(residents.count) + 1)
    let at = Instant(seconds: 1_669_680_000)
    booking.entries = numbered.map { number, _ in
      BookedEntry(
        number: Int64(number), residentNumber: number, kind: .earn, key: ActivityKey(partnerNumber: 1, id: id(number)),
        content: Digest(high: 1, low: 1), behaviourNumber: 1, quantity: .one,
        credit: .init(outcome: .credited, creditedQuantity: .one, reductionMilligrams: 1, factorNumber: 1), points: 0,
        occurredAt: at)
    }
    booking.accounts = numbered.map { number, resident in
      AccountChange(
        residentNumber: number, resident: resident, isNew: true, actions: 1, reductionMilligrams: 1, nanopoints: 0,
        purse: PointsPurse(), title: nil, latestAt: at)
    }
    return booking
  }
}

extension ShardBooks {
  /// Which of the ids the ledger is found to hold.
  fileprivate func known(_ keys: [ActivityKey]) throws -> [ActivityKey] {
    var questions = LedgerQuestions()
    questions.keys = keys
    return Array(try answer([questions])[0].known.keys)
  }

  /// A batch of one shard.
  fileprivate func open(_ shard: Int16, _ epoch: Int64) throws -> BatchOpening {
    try open([ShardEpoch(shard: shard, epoch: epoch)])[0]
  }
}

/// The account of r-1, a batch that is about to change it, and somebody else who may be quicker.
private final class AccountScene {
  let fleet: FleetFixture
  let books: ShardBooks
  let other: OtherTransaction
  /// One more activity of r-1.
  let change: Booking
  private let epoch: Int64

  init() throws {
    fleet = try FleetFixture()
    books = try ShardBooks(connection: fleet.connectPostgres(), owner: "only")
    other = OtherTransaction(try fleet.connectPostgres())
    epoch = try books.takeOver(shard: 5)
    _ = try books.open(5, epoch)
    try books.book([.first(of: "r-1")])
    try books.commit()
    var change = Booking.first(of: "r-1")
    change.accounts[0].isNew = false
    change.entries[0].number = 2
    change.entries[0].key = ActivityKey(partnerNumber: 1, id: "another")
    change.nextEntryNumber = 3
    self.change = change
  }

  /// Opens a batch and reads the account, as one that something may be booked on.
  func readAccount() throws -> AccountAnswers.Account? {
    books.rollBack()
    _ = try books.open(5, epoch)
    var questions = AccountQuestions()
    questions.booked = ["r-1"]
    return try books.accounts([questions])[0].accounts["r-1"]
  }

  /// - Returns: says whether the batch has waited.
  func commitWhenWaitedFor() -> () -> Bool {
    var hasWaited = false
    books.whileWaiting = { [other] in
      if !hasWaited { try? other.commit() }
      hasWaited = true
      return true
    }
    return { hasWaited }
  }
}

/// A transaction that somebody else has open.
private final class OtherTransaction {
  private var connection: PostgresConnection

  init(_ connection: consuming PostgresConnection) { self.connection = connection }

  func begin(_ statement: String) throws {
    try connection.begin()
    try connection.execute(statement)
  }

  func execute(_ statement: String) throws { try connection.execute(statement) }

  func commit() throws { try connection.commit() }
}
