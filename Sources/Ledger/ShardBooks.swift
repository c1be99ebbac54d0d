package import CarbonInclusion
package import PostgresClient

/// The books of the resident shards, as one scoring lane writes them: one transaction a batch, fenced by epoch. A batch
/// may be of several shards; what is asked and booked then comes as a list, in the order in which they were opened.
///
/// Used by one thread. The order of calls is `takeOver` once for each shard, then for each batch `open`, `answer`,
/// `accounts`, `histories`, `book`, `commit`; any error means `rollBack` and the batch is void.
package final class ShardBooks {
  private var connection: PostgresConnection
  private let owner: String
  private var batch: [(opening: BatchOpening, epoch: Int64)] = []
  private var versions = AccountVersions()
  private let memory: KeyMemory
  /// For each shard of the batch, the ids that are in the ledger once it is committed.
  private var met: [[UInt64]] = []

  /// - Parameters:
  ///   - owner: names the lane in the fence rows, for operators.
  ///   - memory: shared by the lanes of a process.
  package init(
    connection: consuming PostgresConnection, owner: String, memory: KeyMemory = KeyMemory()
  ) throws(PostgresError) {
    self.connection = connection
    self.owner = owner
    self.memory = memory
    // Every statement of a batch goes from its arrays to rows by key. Statistics of a table that was empty a minute ago
    // must not turn that around; with OFFSET 0 in the statements these settings leave the planner no other way.
    try self.connection.execute(
      """
      SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;
      SET enable_material = off; SET jit = off; SET plan_cache_mode = force_generic_plan; SET lock_timeout = '5s'
      """)
  }

  /// Asked about once a second while the server lets the lane wait; see `PostgresConnection`.
  package var whileWaiting: (() -> Bool)? {
    get { connection.whileWaiting }
    set { connection.whileWaiting = newValue }
  }

  package var isBroken: Bool { connection.isBroken }

  /// Makes this lane the owner of a shard's books: from now on every earlier owner is refused.
  ///
  /// An owner that was stopped inside its transaction holds the fence row without limit, so it is not waited for: its
  /// backend is ended, which rolls its batch back.
  ///
  /// - Returns: the epoch to open batches with.
  /// - Throws: `LedgerError.fenceBusy` where that did not help.
  package func takeOver(shard: Int16) throws -> Int64 {
    for _ in 0..<3 {
      if let epoch = try raiseEpoch(shard: shard) {
        memory.tookOver(shard: shard, epoch: epoch)
        return epoch
      }
      try endOwner(ofShard: shard)
    }
    throw LedgerError.fenceBusy(shard: shard)
  }

  /// Begins a batch: locks the fence rows of its shards, before anything else is read.
  ///
  /// - Parameters:
  ///   - shards: by rising number, as every batch locks them.
  ///   - now: another clock than the database's, for tests.
  /// - Returns: the shards whose epoch is the newest; nothing is locked of the others.
  /// - Throws: `LedgerError.fenced` where none is left.
  package func open(_ shards: [ShardEpoch], now: Instant? = nil) throws -> [BatchOpening] {
    precondition(zip(shards, shards.dropFirst()).allSatisfy { $0.shard < $1.shard }, "shards in their order, each once")
    let question = Self.fenceQuestion(shards)
    let rows = try connection.begin(with: [question])[0]
    guard rows.count > 0 else { throw LedgerError.fenced(shard: shards[0].shard) }
    let openings = (0..<rows.count).map { row in
      BatchOpening(
        shard: rows.int16(row, 0), batchNumber: rows.int64(row, 1), nextEntryNumber: rows.int64(row, 2),
        nextResidentNumber: rows.int32(row, 3), now: now ?? Instant(microseconds: rows.timestamp(row, 4)),
        catalogueVersion: rows.int32(row, 5), highWaterMarks: Self.marks(rows, row))
    }
    let epochs = Dictionary(uniqueKeysWithValues: shards.map { ($0.shard, $0.epoch) })
    batch = openings.map { ($0, epochs[$0.shard] ?? 0) }
    met = openings.map { _ in [] }
    return openings
  }

  private static func fenceQuestion(_ shards: [ShardEpoch]) -> (sql: String, parameters: PostgresParameters) {
    var parameters = PostgresParameters()
    parameters.append(array: shards.map(\.shard))
    parameters.append(array: shards.map(\.epoch))
    return (
      """
      SELECT f.shard, f.batch_no + 1, f.next_entry_no, f.next_resident_no, now(),
        (SELECT coalesce(max(version), 0) FROM puhui.catalogue_version), f.inbox_partner_no, f.inbox_incarnation,
        f.inbox_position
      FROM (SELECT u.* FROM unnest($1::smallint[], $2::bigint[]) u(shard, epoch) OFFSET 0) q
      JOIN puhui.fence f ON f.shard = q.shard AND f.epoch = q.epoch
      ORDER BY f.shard
      FOR UPDATE OF f
      """, parameters
    )
  }

  /// How far each inbox has been booked in the shard.
  private static func marks(_ rows: borrowing PostgresRows, _ row: Int) -> [InboxIncarnation: Int64] {
    let (partners, incarnations) = (rows.int16Array(row, 6), rows.int64Array(row, 7))
    let inboxes = zip(partners, incarnations).map { InboxIncarnation(partnerNumber: $0, incarnation: $1) }
    return Dictionary(uniqueKeysWithValues: zip(inboxes, rows.int64Array(row, 8)))
  }

  private var reading: BookReading { BookReading(shards: batch.map(\.opening.shard)) }

  /// Whether an id need not be asked for: where it is there all the same, `book` throws a unique violation; see
  /// `KeyMemory`.
  package func isNew(_ key: ActivityKey, toShard shard: Int16) -> Bool { memory.isNew(key, toShard: shard) }

  package func answer(_ questions: [LedgerQuestions]) throws -> [LedgerAnswers] {
    let answers = try reading.answer(questions, &connection)
    for (part, answer) in answers.enumerated() { met[part] = answer.known.keys.map(KeyMemory.hash) }
    return answers
  }

  /// - Throws: `LedgerError.residentRenamed` where an account is not there any more that `answer` found.
  package func accounts(_ questions: [AccountQuestions]) throws -> [AccountAnswers] {
    let (answers, read) = try reading.accounts(questions, areLocked: versions.areLocked, &connection)
    versions.took(read)
    return answers
  }

  package func histories(_ windows: [[HistoryWindow]]) throws -> [HistoryAnswers] {
    try reading.histories(windows, &connection)
  }

  /// Writes everything of the batch. Nothing is visible before `commit`.
  ///
  /// - Throws: `LedgerError.accountsChanged` where somebody else has written an account since `accounts` read it: then
  ///   the batch is void, and goes through when it is run again. So it does after a unique violation: an id was there
  ///   that was not asked for.
  package func book(_ bookings: [Booking]) throws {
    precondition(bookings.count == batch.count, "a booking for each shard that was opened")
    let parts = zip(batch, bookings).map { BookWriting.Part(opening: $0.opening, epoch: $0.epoch, booking: $1) }
    do {
      try BookWriting(parts: parts, versions: versions.read).write(&connection)
      for (part, booking) in bookings.enumerated() {
        for entry in booking.entries where entry.content != nil { met[part].append(KeyMemory.hash(entry.key)) }
      }
    } catch LedgerError.accountsChanged {
      versions.collided()
      throw LedgerError.accountsChanged
    } catch let error as PostgresError where error.isUniqueViolation {
      for held in batch { memory.collided(shard: held.opening.shard) }
      throw error
    }
  }

  /// - Throws: a `PostgresError` of kind `unknownCommit` where the connection was lost inside COMMIT. Running the batch
  ///   again resolves it: the keys absorb what was booked.
  package func commit() throws {
    versions.committed()
    for (held, keys) in zip(batch, met) { memory.met(keys, ofShard: held.opening.shard) }
    batch = []
    met = []
    try connection.commit()
  }

  package func rollBack() {
    batch = []
    versions.forget()
    met = []
    connection.rollback()
  }

  package func catalogue(version: Int32) throws -> CatalogueStore.Version {
    try CatalogueStore.load(version: version, &connection)
  }

  /// The newest catalogue's version; 0 where none was applied.
  package func catalogueVersion() throws -> Int32 { try CatalogueStore.newestVersion(&connection) }

  package func evidenceKey() throws -> [UInt8] { try Secrets.evidenceKey(&connection) }

  private func raiseEpoch(shard: Int16) throws -> Int64? {
    try connection.begin()
    do {
      try connection.execute("SET LOCAL lock_timeout = '500ms'")
      var parameters = PostgresParameters()
      parameters.append(shard)
      parameters.append(owner)
      let raised = try connection.query(
        """
        UPDATE puhui.fence SET epoch = epoch + 1, owner = $2, backend_pid = pg_backend_pid(),
          backend_start = (SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid())
        WHERE shard = $1 RETURNING epoch
        """, parameters)
      try connection.commit()
      guard raised.count == 1 else { throw LedgerError.fenced(shard: shard) }
      return raised.int64(0, 0)
    } catch let error as PostgresError where error.isLockTimeout {
      connection.rollback()
      return nil
    } catch {
      connection.rollback()
      throw error
    }
  }

  private func endOwner(ofShard shard: Int16) throws {
    var parameters = PostgresParameters()
    parameters.append(shard)
    _ = try connection.query(
      """
      SELECT pg_terminate_backend(s.pid, 1000)
      FROM puhui.fence f JOIN pg_stat_activity s ON s.pid = f.backend_pid AND s.backend_start = f.backend_start
      WHERE f.shard = $1 AND s.pid <> pg_backend_pid()
        -- One that computes will end by itself, and is fenced; one that waits for its client may wait for ever.
        AND (s.state LIKE 'idle in transaction%' OR s.wait_event_type = 'Client')
      """, parameters)
  }
}
