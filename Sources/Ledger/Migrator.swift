package import PostgresClient

/// Brings schema `puhui` to the version of this binary. Safe to run again, and from several places at once.
package enum Migrator {
  struct Migration {
    let number: Int32
    let name: String
    let sql: String
    /// Binaries whose newest migration is this one or a later one may go on working once this one is applied; `nil`:
    /// only those that know it.
    var readableFrom: Int32?
  }

  /// Numbered and immutable; a change of the schema is a new one.
  private static let migrations = [
    Migration(number: 1, name: "main_job", sql: String(decoding: PackageResources.m0001_main_job_sql, as: UTF8.self)),
    Migration(number: 2, name: "views", sql: String(decoding: PackageResources.m0002_views_sql, as: UTF8.self)),
    Migration(
      number: 3, name: "sequences", sql: String(decoding: PackageResources.m0003_sequences_sql, as: UTF8.self),
      readableFrom: 2),
    Migration(
      number: 4, name: "dead_letters", sql: String(decoding: PackageResources.m0004_dead_letters_sql, as: UTF8.self),
      readableFrom: 2),
    Migration(
      number: 5, name: "watermark", sql: String(decoding: PackageResources.m0005_watermark_sql, as: UTF8.self),
      readableFrom: 2),
    Migration(number: 6, name: "rewards", sql: String(decoding: PackageResources.m0006_rewards_sql, as: UTF8.self)),
    Migration(
      number: 7, name: "certificates", sql: String(decoding: PackageResources.m0007_certificates_sql, as: UTF8.self),
      readableFrom: 6),
    Migration(
      number: 8, name: "leg_blocks", sql: String(decoding: PackageResources.m0008_leg_blocks_sql, as: UTF8.self)),
    Migration(
      number: 9, name: "parallel_reading",
      sql: String(decoding: PackageResources.m0009_parallel_reading_sql, as: UTF8.self), readableFrom: 8),
    Migration(
      number: 10, name: "names", sql: String(decoding: PackageResources.m0010_names_sql, as: UTF8.self),
      readableFrom: 8),
    Migration(
      number: 11, name: "batch_rows", sql: String(decoding: PackageResources.m0011_batch_rows_sql, as: UTF8.self)),
    Migration(
      number: 12, name: "one_name", sql: String(decoding: PackageResources.m0012_one_name_sql, as: UTF8.self),
      readableFrom: 11),
    Migration(
      number: 13, name: "title_order", sql: String(decoding: PackageResources.m0013_title_order_sql, as: UTF8.self),
      readableFrom: 11),
    Migration(
      number: 14, name: "account_reserve",
      sql: String(decoding: PackageResources.m0014_account_reserve_sql, as: UTF8.self),
      readableFrom: 11),
  ].sorted { $0.number < $1.number }

  /// The schema version that this binary reads and writes.
  package static var newest: Int32 { migrations.last?.number ?? 0 }

  /// Applies what is missing, each migration in a transaction of its own.
  ///
  /// - Returns: the names of those that were applied now.
  /// - Throws: `LedgerError.schemaIsNewer` where a newer binary has migrated in a way that this one cannot read.
  package static func migrate(_ connection: inout PostgresConnection) throws -> [String] {
    let applied = try apply(upTo: newest, &connection)
    try check(&connection)
    return applied
  }

  /// Applies what is missing up to a version, which later ones may follow.
  static func apply(upTo version: Int32, _ connection: inout PostgresConnection) throws -> [String] {
    // IF NOT EXISTS alone fails for one of two that create the same thing at once; both statements are one transaction.
    try connection.execute(
      """
      SELECT pg_advisory_xact_lock(hashtext('puhui migrate'));
      CREATE SCHEMA IF NOT EXISTS puhui;
      CREATE TABLE IF NOT EXISTS puhui.schema_migration (
        number int PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());
      ALTER TABLE puhui.schema_migration ADD COLUMN IF NOT EXISTS readable_from int
      """)
    var applied: [String] = []
    for migration in migrations where migration.number <= version {
      if try apply(migration, &connection) { applied.append(migration.name) }
    }
    return applied
  }

  /// Whether this binary may work on the schema: everything that it knows is applied, and what was applied beyond that
  /// says that it is readable from here. So an old and a new binary can run side by side during an upgrade.
  ///
  /// - Throws: `LedgerError.schemaIsOlder` or `.schemaIsNewer` where not.
  package static func check(_ connection: inout PostgresConnection) throws {
    let version = try version(&connection)
    guard version > 0 else { throw LedgerError.schemaIsOlder(found: 0, known: newest) }
    // As JSON, because a schema from before the column has none.
    let rows = try connection.query(
      "SELECT number, (to_jsonb(m) ->> 'readable_from')::int FROM puhui.schema_migration m")
    let applied = Dictionary(
      (0..<rows.count).map { (rows.int32($0, 0), rows.optionalInt32($0, 1)) }, uniquingKeysWith: { first, _ in first })
    guard migrations.allSatisfy({ applied[$0.number] != nil }) else {
      throw LedgerError.schemaIsOlder(found: version, known: newest)
    }
    let isReadable = applied.allSatisfy { number, readableFrom in
      number <= newest || readableFrom.map { $0 <= newest } ?? false
    }
    guard isReadable else { throw LedgerError.schemaIsNewer(found: version, known: newest) }
  }

  /// The schema's version; 0 where there is none.
  package static func version(_ connection: inout PostgresConnection) throws -> Int32 {
    let exists = try connection.query("SELECT to_regclass('puhui.schema_migration') IS NOT NULL")
    guard exists.bool(0, 0) else { return 0 }
    return try connection.query("SELECT coalesce(max(number), 0) FROM puhui.schema_migration").int32(0, 0)
  }

  private static func apply(_ migration: Migration, _ connection: inout PostgresConnection) throws -> Bool {
    try connection.begin()
    do {
      try connection.execute("LOCK TABLE puhui.schema_migration IN ACCESS EXCLUSIVE MODE")
      var parameters = PostgresParameters()
      parameters.append(migration.number)
      let known = try connection.query("SELECT 1 FROM puhui.schema_migration WHERE number = $1", parameters)
      guard known.count == 0 else {
        connection.rollback()
        return false
      }
      try connection.execute(migration.sql)
      parameters.append(migration.name)
      parameters.append(migration.readableFrom)
      _ = try connection.query(
        "INSERT INTO puhui.schema_migration (number, name, readable_from) VALUES ($1, $2, $3)", parameters)
      try connection.commit()
      return true
    } catch {
      connection.rollback()
      throw error
    }
  }
}
