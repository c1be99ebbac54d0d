package import CarbonInclusion
package import PostgresClient

/// The ledger's side of `puhui status`, as one snapshot.
package struct LedgerStatus: Sendable {
  package struct PartnerCount: Sendable {
    package var partner: String
    package var received: Int64
    /// In the order of `Outcome.allCases`.
    package var outcomes: [Int64]
  }

  package struct Shard: Sendable {
    package var shard: Int16
    package var owner: String
    package var epoch: Int64
    package var batchNumber: Int64
  }

  package var schemaVersion: Int32
  package var catalogueVersion: Int32
  package var residents: Int64
  package var actions: Int64
  package var reductionMilligrams: Int64
  package var pointsIssued: Int64
  package var lastBookedAt: Instant?
  /// Dead letters that nobody has retried or discarded.
  package var openDeadLetters: Int64
  package var partners: [PartnerCount]
  package var shards: [Shard]
  /// Of partners that use a counter of their own.
  package var sequences: [SequenceSummary]
  /// Those that nobody has resolved.
  package var incidents: [Incident]
}

package enum StatusReader {
  package static func read(_ connection: inout PostgresConnection) throws -> LedgerStatus {
    let schemaVersion = try Migrator.version(&connection)
    try Migrator.check(&connection)
    return try connection.inSnapshot { connection throws in
      let totals = try connection.query(
        """
        SELECT t.residents, t.actions, t.reduction_mg, t.points_issued,
          (SELECT coalesce(max(version), 0) FROM puhui.catalogue_version),
          (SELECT max(b.booked_at) FROM puhui.fence f JOIN puhui.batch b USING (shard, batch_no)),
          (SELECT count(*) FROM puhui.dead_letter WHERE state = 'buried')
        FROM puhui.totals t
        """)
      return LedgerStatus(
        schemaVersion: schemaVersion, catalogueVersion: totals.int32(0, 4), residents: totals.int64(0, 0),
        actions: totals.int64(0, 1), reductionMilligrams: totals.int64(0, 2), pointsIssued: totals.int64(0, 3),
        lastBookedAt: totals.optionalTimestamp(0, 5).map { Instant(microseconds: $0) },
        openDeadLetters: totals.int64(0, 6),
        partners: try partners(&connection), shards: try shards(&connection),
        sequences: try SequenceReader.summaries(&connection),
        incidents: try IncidentStore.unresolved(&connection))
    }
  }

  private static func partners(_ connection: inout PostgresConnection) throws -> [LedgerStatus.PartnerCount] {
    let columns = Outcome.allCases.map(\.code).joined(separator: ", ")
    let rows = try connection.query("SELECT partner, received, \(columns) FROM puhui.partner_counts ORDER BY partner")
    return (0..<rows.count).map { row in
      LedgerStatus.PartnerCount(
        partner: rows.string(row, 0), received: rows.int64(row, 1),
        outcomes: Outcome.allCases.indices.map { rows.int64(row, 2 + $0) })
    }
  }

  private static func shards(_ connection: inout PostgresConnection) throws -> [LedgerStatus.Shard] {
    let rows = try connection.query("SELECT shard, owner, epoch, batch_no FROM puhui.fence ORDER BY shard")
    return (0..<rows.count).map { row in
      LedgerStatus.Shard(
        shard: rows.int16(row, 0), owner: rows.string(row, 1), epoch: rows.int64(row, 2),
        batchNumber: rows.int64(row, 3))
    }
  }
}
