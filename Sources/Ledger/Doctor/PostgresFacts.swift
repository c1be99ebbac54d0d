package import PostgresClient

/// What a PostgreSQL server says of itself, as far as any role may ask.
package struct PostgresFacts: Sendable {
  /// `150004` is 15.4.
  package let versionNumber: Int32
  package let version: String
  package let isStandby: Bool
  package let isReadOnly: Bool
  /// Microseconds since 1970.
  package let clock: Int64
  package let databaseBytes: Int64
  package let maxConnections: Int32
  package let reservedConnections: Int32
  package let connections: Int64
  package let synchronousStandbyNames: String
  package let standbys: Int64
  /// `nil` where the role may not see it.
  package let synchronousStandbys: Int64?
  /// Sessions of ours whose COMMIT waits for a standby.
  package let commitsWaiting: Int64
  /// Transactions until the oldest database must be vacuumed to go on: 2^31 in all.
  package let oldestTransactionAge: Int64
  /// WAL that replication slots keep although nobody reads them, in bytes.
  package let idleSlotBytes: Int64
  package let isArchivingFailing: Bool
  package let preparedTransactions: Int64
  /// How long the oldest transaction is open, in seconds, and the name of its program.
  package let oldestTransactionSeconds: Int64
  package let oldestTransactionProgram: String

  package static func read(_ connection: inout PostgresConnection) throws(PostgresError) -> PostgresFacts {
    let rows = try connection.query(query)
    return PostgresFacts(
      versionNumber: rows.int32(0, 0), version: rows.string(0, 1), isStandby: rows.bool(0, 2),
      isReadOnly: rows.bool(0, 3), clock: rows.timestamp(0, 4), databaseBytes: rows.int64(0, 5),
      maxConnections: rows.int32(0, 6), reservedConnections: rows.int32(0, 7), connections: rows.int64(0, 8),
      synchronousStandbyNames: rows.string(0, 9), standbys: rows.int64(0, 10),
      synchronousStandbys: rows.optionalInt64(0, 11), commitsWaiting: rows.int64(0, 12),
      oldestTransactionAge: rows.int64(0, 13), idleSlotBytes: rows.int64(0, 14), isArchivingFailing: rows.bool(0, 15),
      preparedTransactions: rows.int64(0, 16), oldestTransactionSeconds: rows.int64(0, 17),
      oldestTransactionProgram: rows.string(0, 18))
  }

  private static let query = """
    SELECT current_setting('server_version_num')::int, current_setting('server_version'), pg_is_in_recovery(),
      current_setting('transaction_read_only') = 'on', clock_timestamp(), pg_database_size(current_database()),
      current_setting('max_connections')::int, current_setting('superuser_reserved_connections')::int,
      (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
      current_setting('synchronous_standby_names'),
      (SELECT count(*) FROM pg_stat_replication),
      (SELECT CASE WHEN count(*) = count(sync_state) THEN count(*) FILTER (WHERE sync_state IN ('sync', 'quorum')) END
        FROM pg_stat_replication),
      (SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'
        AND state_change < clock_timestamp() - interval '5 s'),
      (SELECT max(age(datfrozenxid))::bigint FROM pg_database),
      CASE WHEN pg_is_in_recovery() THEN 0 ELSE (SELECT coalesce(max(pg_wal_lsn_diff(pg_current_wal_lsn(),
        restart_lsn)), 0)::bigint FROM pg_replication_slots WHERE NOT active) END,
      (SELECT coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false) FROM pg_stat_archiver),
      (SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()),
      coalesce(extract(epoch FROM clock_timestamp() - o.xact_start)::bigint, 0), coalesce(o.application_name, '')
    FROM (SELECT 1) one LEFT JOIN LATERAL (
      SELECT xact_start, application_name FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
        AND backend_type = 'client backend'
      ORDER BY xact_start LIMIT 1
    ) o ON true
    """
}
