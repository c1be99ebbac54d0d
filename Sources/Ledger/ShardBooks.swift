package import CarbonInclusion
package import PostgresClient

/// The books of the resident shards, as one scoring lane writes them: one transaction a batch, fenced by epoch.
///
/// Used by one thread. The order of calls is `takeOver` once, then for each batch `open`, `answer`, `residents`,
/// `book`, `commit`; any error means `rollBack` and the batch is void.
package final class ShardBooks {
  private var connection: PostgresConnection
  private let owner: String
  private var batch: (opening: BatchOpening, epoch: Int64)?

  /// - Parameter owner: names the lane in the fence rows, for operators.
  package init(connection: consuming PostgresConnection, owner: String) throws(PostgresError) {
    self.connection = connection
    self.owner = owner
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
      if let epoch = try raiseEpoch(shard: shard) { return epoch }
      try endOwner(ofShard: shard)
    }
    throw LedgerError.fenceBusy(shard: shard)
  }

  /// Begins a batch: locks the shard's fence row, before anything else is read.
  ///
  /// - Parameter now: another clock than the database's, for tests.
  /// - Throws: `LedgerError.fenced` where the epoch is not the newest.
  package func open(shard: Int16, epoch: Int64, now: Instant? = nil) throws -> BatchOpening {
    var parameters = PostgresParameters()
    parameters.append(shard)
    parameters.append(epoch)
    var shardOnly = PostgresParameters()
    shardOnly.append(shard)
    // Each statement sees what was committed before it: the positions are read behind the lock.
    let rows = try connection.begin(with: [
      (
        """
        SELECT batch_no + 1, next_entry_no, next_resident_no, now(),
          (SELECT coalesce(max(version), 0) FROM puhui.catalogue_version)
        FROM puhui.fence WHERE shard = $1 AND epoch = $2 FOR UPDATE
        """, parameters
      ),
      ("SELECT partner_no, incarnation, position FROM puhui.inbox_position WHERE shard = $1", shardOnly),
    ])
    let (fence, positions) = (rows[0], rows[1])
    guard fence.count == 1 else { throw LedgerError.fenced(shard: shard) }
    var marks: [InboxIncarnation: Int64] = [:]
    for row in 0..<positions.count {
      let inbox = InboxIncarnation(partnerNumber: positions.int16(row, 0), incarnation: positions.int64(row, 1))
      marks[inbox] = positions.int64(row, 2)
    }
    let opening = BatchOpening(
      shard: shard, batchNumber: fence.int64(0, 0), nextEntryNumber: fence.int64(0, 1),
      nextResidentNumber: fence.int32(0, 2), now: now ?? Instant(microseconds: fence.timestamp(0, 3)),
      catalogueVersion: fence.int32(0, 4), highWaterMarks: marks)
    batch = (opening, epoch)
    return opening
  }

  package func answer(_ questions: LedgerQuestions, shard: Int16) throws -> LedgerAnswers {
    try BookReading.answer(questions, shard: shard, &connection)
  }

  /// - Throws: `LedgerError.residentRenamed` where one of the accounts is not what `answer` found.
  package func residents(_ questions: ResidentQuestions, shard: Int16) throws -> ResidentAnswers {
    try BookReading.residents(questions, shard: shard, &connection)
  }

  /// Writes everything of the batch. Nothing is visible before `commit`.
  package func book(_ booking: Booking) throws {
    guard let batch else { preconditionFailure("book without open") }
    try BookWriting(opening: batch.opening, epoch: batch.epoch, booking: booking).write(&connection)
  }

  /// - Throws: a `PostgresError` of kind `unknownCommit` where the connection was lost inside COMMIT. Running the batch
  ///   again resolves it: the keys absorb what was booked.
  package func commit() throws {
    batch = nil
    try connection.commit()
  }

  package func rollBack() {
    batch = nil
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
