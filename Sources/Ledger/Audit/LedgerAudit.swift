package import PostgresClient

/// Runs the checks of the ledger on a live system, a shard at a time.
///
/// Everything of one shard is read in one snapshot, so that batches that commit meanwhile cannot look wrong; it is let
/// go after each shard, so that it does not keep the server from cleaning up for longer. Read only: it can be run on a
/// standby.
package struct LedgerAudit {
  private struct Shard {
    var number: Int16
    var residents: Int32
    var entries: Int64
  }

  /// So many residents a statement: some 80,000 entries, which are sorted and summed in a few megabytes.
  private static let residentsPerRange: Int32 = 4_000

  private let checks: [AuditCheck]
  private let context: AuditContext
  private var results: [AuditResult]
  private var done = 0.0
  private var work = 1.0

  /// Entries that were there when the audit began.
  package private(set) var entries: Int64 = 0

  package init(checks: [AuditCheck], context: AuditContext) {
    self.checks = checks
    self.context = context
    results = checks.map { AuditResult(topic: $0.topic) }
  }

  /// - Parameter progress: is told the share of the work that is done, from 0 to 1, and the number of entries.
  /// - Throws: `PostgresError`; then there are no results.
  package mutating func run(
    _ connection: inout PostgresConnection, progress: (Double, Int64) -> Void
  ) throws -> [AuditResult] {
    // The fleet needs the cores; what does not fit into this much memory is sorted on disk.
    try connection.execute("SET work_mem = '32MB'; SET max_parallel_workers_per_gather = 0; SET jit = off")
    let shards = try Self.shards(&connection)
    // Counted in passes over a shard. A check of everything reads once what one shard's checks read in parts.
    work = Double(max(1, checks.count * shards.count))
    entries = shards.reduce(0) { $0 + $1.entries }
    for shard in shards {
      try connection.inSnapshot { connection throws in
        try auditRanges(shard, &connection, progress)
        try audit(.shard, shard, cost: 1, &connection, progress)
      }
    }
    try connection.inSnapshot { connection throws in
      try audit(.everything, nil, cost: Double(shards.count), &connection, progress)
    }
    return results
  }

  private static func shards(_ connection: inout PostgresConnection) throws -> [Shard] {
    let rows = try connection.query(
      "SELECT shard, next_resident_no, next_entry_no - 1 FROM puhui.fence ORDER BY shard")
    return (0..<rows.count).map {
      Shard(number: rows.int16($0, 0), residents: rows.int32($0, 1), entries: rows.int64($0, 2))
    }
  }

  /// The first and the last range are open: numbers that should not be there are read too.
  private mutating func auditRanges(
    _ shard: Shard, _ connection: inout PostgresConnection, _ progress: (Double, Int64) -> Void
  ) throws {
    let starts = Array(stride(from: Self.residentsPerRange, to: shard.residents, by: Int(Self.residentsPerRange)))
    for (low, next) in zip([Int32.min] + starts, starts.map(Optional.some) + [nil]) {
      try audit(
        .residents, shard, range: low...(next.map { $0 - 1 } ?? .max), cost: 1 / Double(starts.count + 1), &connection,
        progress)
    }
  }

  private mutating func audit(
    _ scope: AuditCheck.Scope, _ shard: Shard?, range: ClosedRange<Int32> = .min ... .max, cost: Double,
    _ connection: inout PostgresConnection, _ progress: (Double, Int64) -> Void
  ) throws {
    for (index, check) in checks.enumerated() where check.scope == scope {
      if check.onlyDrained && !context.isDrained {
        results[index].notJudged = "holds only when nothing is waiting: use --drained then"
      } else {
        try judge(index, check, context.parameters(shard: shard?.number ?? 0, residents: range), &connection)
      }
      done += cost
      progress(done / work, entries)
    }
  }

  private mutating func judge(
    _ index: Int, _ check: AuditCheck, _ parameters: PostgresParameters, _ connection: inout PostgresConnection
  ) throws {
    if let screen = check.screen, try connection.query(screen, parameters).int64(0, 0) == 0 { return }
    let rows = try connection.query(check.boundedSQL, parameters)
    guard rows.count > 0 else { return }
    results[index].add(
      (0..<rows.count).map { AuditFinding(rows, $0) }, total: rows.int64(0, 8), limit: context.limit)
  }
}

extension AuditFinding {
  init(_ rows: borrowing PostgresRows, _ row: Int) {
    self.init(
      partner: rows.optionalString(row, 2), place: rows.optionalString(row, 5),
      expected: rows.optionalString(row, 6) ?? "?", found: rows.optionalString(row, 7) ?? "?")
    shard = rows.optionalInt16(row, 0)
    entryNumber = rows.optionalInt64(row, 1)
    activityID = rows.optionalString(row, 3)
    resident = rows.optionalString(row, 4)
  }
}
