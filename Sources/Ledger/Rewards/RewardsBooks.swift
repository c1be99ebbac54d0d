package import CarbonInclusion
package import PostgresClient

/// The books of rewards, as one rewards lane writes them: one transaction a batch of jobs.
///
/// Accounts are locked first, in ascending order, then the stocks of rewards, in order of their codes; redemptions and
/// adjustments change only under their account's lock. Several lanes may work at once: the same job in two lists meets
/// itself in `puhui.job`, and one batch of the two runs again.
package final class RewardsBooks {
  var connection: PostgresConnection

  package init(connection: consuming PostgresConnection) throws(PostgresError) {
    self.connection = connection
    // As for the shards' books: every statement goes from its arrays to rows by key.
    try self.connection.execute(
      """
      SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off;
      SET jit = off; SET plan_cache_mode = force_generic_plan; SET lock_timeout = '5s'
      """)
  }

  /// Asked about once a second while the server lets the lane wait; see `PostgresConnection`.
  package var whileWaiting: (() -> Bool)? {
    get { connection.whileWaiting }
    set { connection.whileWaiting = newValue }
  }

  package var isBroken: Bool { connection.isBroken }

  package func catalogueVersion() throws -> Int32 { try CatalogueStore.newestVersion(&connection) }

  package func catalogue(version: Int32) throws -> CatalogueStore.Version {
    try CatalogueStore.load(version: version, &connection)
  }

  /// Begins a batch.
  ///
  /// - Parameter now: another clock than the database's, for tests.
  package func open(now: Instant? = nil) throws -> JobOpening {
    try connection.begin()
    let rows = try connection.query(
      "SELECT now(), (SELECT coalesce(max(version), 0) FROM puhui.catalogue_version)")
    return JobOpening(
      now: now ?? Instant(microseconds: rows.timestamp(0, 0)), catalogueVersion: rows.int32(0, 1))
  }

  /// Reads and locks everything that the jobs touch.
  package func answer(_ questions: JobQuestions, catalogue: Catalogue, now: Instant) throws -> JobAnswers {
    try JobReading(questions: questions, catalogue: catalogue, now: now).answer(&connection)
  }

  /// Writes everything of the batch. Nothing is visible before `commit`.
  package func book(_ booking: JobBooking, now: Instant) throws {
    try JobWriting(booking: booking, now: now).write(&connection)
  }

  /// - Throws: a `PostgresError` of kind `unknownCommit` where the connection was lost inside COMMIT. Running the batch
  ///   again resolves it: a job that was booked is answered as it was then.
  package func commit() throws { try connection.commit() }

  package func rollBack() { connection.rollback() }
}
