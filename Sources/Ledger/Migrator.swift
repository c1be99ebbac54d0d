package import PostgresClient

/// Brings schema `puhui` to the version of this binary. Safe to run again, and from several places at once.
package enum Migrator {
  struct Migration {
    let number: Int32
    let name: String
    let sql: String
  }

  /// Numbered and immutable; a change of the schema is a new one.
  private static let migrations = [
    Migration(number: 1, name: "main_job", sql: String(decoding: PackageResources.m0001_main_job_sql, as: UTF8.self)),
    Migration(number: 2, name: "views", sql: String(decoding: PackageResources.m0002_views_sql, as: UTF8.self)),
    Migration(number: 3, name: "sequences", sql: String(decoding: PackageResources.m0003_sequences_sql, as: UTF8.self)),
  ]

  /// The schema version that this binary reads and writes.
  package static var newest: Int32 { migrations.last?.number ?? 0 }

  /// Applies what is missing, each migration in a transaction of its own.
  ///
  /// - Returns: the names of those that were applied now.
  /// - Throws: `LedgerError.schemaIsNewer` where a newer binary has migrated before.
  package static func migrate(_ connection: inout PostgresConnection) throws -> [String] {
    // IF NOT EXISTS alone fails for one of two that create the same thing at once; both statements are one transaction.
    try connection.execute(
      """
      SELECT pg_advisory_xact_lock(hashtext('puhui migrate'));
      CREATE SCHEMA IF NOT EXISTS puhui;
      CREATE TABLE IF NOT EXISTS puhui.schema_migration (
        number int PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())
      """)
    var applied: [String] = []
    for migration in migrations where try apply(migration, &connection) { applied.append(migration.name) }
    let version = try version(&connection)
    guard version <= newest else { throw LedgerError.schemaIsNewer(found: version, known: newest) }
    return applied
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
      _ = try connection.query("INSERT INTO puhui.schema_migration (number, name) VALUES ($1, $2)", parameters)
      try connection.commit()
      return true
    } catch {
      connection.rollback()
      throw error
    }
  }
}
