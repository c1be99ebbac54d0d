package import CarbonInclusion
package import PostgresClient

/// What the doctor wants to know of schema `puhui`.
package struct SchemaFacts: Sendable {
  package let version: Int32
  /// Why this binary cannot work on it; `nil` where it can.
  package let refusal: String?
  package var catalogueVersion: Int32 = 0
  /// Tables and views that the role may not use as the fleet does.
  package var forbidden: [String] = []
  /// Tables that a crash empties.
  package var unlogged: [String] = []
  /// Tables whose rows somebody could change now.
  package var unguarded: [String] = []
  package var lastBookedAt: Instant?
  /// How long ago that was on PostgreSQL's clock.
  package var lastBookedSeconds: Int64?
  package var incidents: [Incident] = []
  /// When the watermark was confirmed last, in seconds before now.
  package var watermarkSeconds: Int64?
}

package enum SchemaInspector {
  package static func read(_ connection: inout PostgresConnection) throws -> SchemaFacts {
    let version = try Migrator.version(&connection)
    do {
      try Migrator.check(&connection)
    } catch let error as LedgerError {
      return SchemaFacts(version: version, refusal: "\(error)")
    }
    var facts = SchemaFacts(version: version, refusal: nil)
    facts.forbidden = try names(forbidden, &connection)
    guard facts.forbidden.isEmpty else { return facts }
    facts.unlogged = try names(unlogged, &connection)
    facts.unguarded = try names(unguarded, &connection)
    facts.catalogueVersion = try CatalogueStore.newestVersion(&connection)
    facts.incidents = try IncidentStore.unresolved(&connection)
    let rows = try connection.query(progress)
    facts.lastBookedAt = rows.optionalTimestamp(0, 0).map { Instant(microseconds: $0) }
    facts.lastBookedSeconds = rows.optionalInt64(0, 1)
    facts.watermarkSeconds = rows.optionalInt64(0, 2)
    return facts
  }

  /// How many batches have been booked, over all shards: it rises with every COMMIT of scoring.
  package static func batches(_ connection: inout PostgresConnection) throws(PostgresError) -> Int64 {
    try connection.query("SELECT coalesce(sum(batch_no), 0)::bigint FROM puhui.fence").int64(0, 0)
  }

  private static func names(
    _ query: String, _ connection: inout PostgresConnection
  ) throws(PostgresError) -> [String] {
    let rows = try connection.query(query)
    return (0..<rows.count).map { rows.string($0, 0) }
  }

  private static let forbidden = """
    SELECT 'puhui.' || quote_ident(c.relname) FROM pg_class c
    WHERE c.relnamespace = 'puhui'::regnamespace AND c.relkind IN ('r', 'p', 'v')
      AND NOT (has_schema_privilege('puhui', 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
        AND (c.relkind = 'v' OR has_table_privilege(c.oid, 'INSERT')))
    ORDER BY 1
    """

  private static let unlogged = """
    SELECT 'puhui.' || quote_ident(c.relname) FROM pg_class c
    WHERE c.relnamespace = 'puhui'::regnamespace AND c.relkind = 'r' AND c.relpersistence = 'u' ORDER BY 1
    """

  /// As the schema is made: the tables whose rows stay as they were booked.
  private static let unguarded = """
    SELECT 'puhui.' || quote_ident(c.relname) FROM pg_class c
    WHERE c.relnamespace = 'puhui'::regnamespace
      AND c.relname IN ('entry', 'account_entry', 'activity_key', 'refusal', 'batch', 'leg_block', 'catalogue_version')
      AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'append_only'
        AND t.tgenabled IN ('O', 'A'))
    ORDER BY 1
    """

  private static let progress = """
    SELECT b.at, extract(epoch FROM clock_timestamp() - b.at)::bigint,
      (SELECT extract(epoch FROM clock_timestamp() - confirmed_at)::bigint FROM puhui.watermark)
    FROM (SELECT max(b.booked_at) AS at FROM puhui.fence f JOIN puhui.batch b USING (shard, batch_no)) b
    """
}
