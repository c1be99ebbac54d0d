import PostgresClient
import TestServers
import Testing

@testable import Ledger

/// A ledger that older binaries wrote.
@Suite struct MigrationTests {
  /// Whatever says what the migrated rows hold.
  private static let questions = [
    "SELECT * FROM puhui.partner_counts ORDER BY partner",
    """
    SELECT shard, batch_no, partner_no, received, credited, capped, duplicate, conflict, overlap, held, reversal, rejected
    FROM puhui.outcome_leg ORDER BY 1, 2, 3
    """,
    "SELECT shard, partner_no, incarnation, position FROM puhui.inbox_position ORDER BY 1, 2, 3",
    "SELECT partner_no, low, high, low_at, high_at FROM puhui.sequence_seen ORDER BY 1, 2",
    "SELECT partner, first_missing, last_missing FROM puhui.sequence_gaps ORDER BY 1, 2",
    "SELECT shard, batch_no, epoch, residents FROM puhui.batch ORDER BY 1, 2",
  ]

  @Test func `counts, positions and numbers stay what they were when their rows are packed`() throws {
    var connection = try PostgresConnection(
      url: PostgresServer.shared.makeDatabase(), applicationName: "test", statementTimeoutMs: 30_000)
    _ = try Migrator.apply(upTo: 10, &connection)
    try connection.execute(
      """
      INSERT INTO puhui.partner SELECT n, 'partner-' || n, 'p', 'p', true FROM generate_series(1, 9) n;
      INSERT INTO puhui.batch (shard, batch_no, epoch, residents, booked_at)
      SELECT s, b, 1, b % 3, now() FROM generate_series(0, 31, 5) s, generate_series(1, 4) b;
      INSERT INTO puhui.outcome_leg (shard, batch_no, partner_no, received, credited, capped, duplicate, conflict, overlap,
        held, reversal, rejected)
      SELECT shard, batch_no, p, 36, p, 2, 3, 4 - p, 5, 6, 7, 8 + shard
      FROM puhui.batch, generate_series(1, 9) p WHERE (shard + batch_no + p) % 3 > 0 AND batch_no < 4;
      UPDATE puhui.fold SET folded_batch_no = 1 WHERE shard = 10;
      INSERT INTO puhui.inbox_position (shard, partner_no, incarnation, position)
      SELECT s, p, i * 1000, s * 7 + p FROM generate_series(0, 31, 5) s, generate_series(1, 9) p, generate_series(1, 2) i
      WHERE (s + p + i) % 2 = 0;
      INSERT INTO puhui.sequence_batch (batch_no, booked_at, seen_at, shard, partner_no, numbers)
      SELECT batch_no, booked_at, now() - make_interval(mins => p), shard, p,
        ARRAY(SELECT n FROM generate_series(1, 60) n WHERE n % 32 BETWEEN shard - 3 AND shard AND n % p < 3)
      FROM puhui.batch, generate_series(1, 9) p WHERE (shard + p) % 2 = 0;
      """)
    let before = try Self.questions.map { try Self.rows($0, &connection) }
    #expect(before.allSatisfy { $0.count > 3 }, "nothing to be migrated: \(before.map(\.count))")
    _ = try Migrator.migrate(&connection)
    for (question, expected) in zip(Self.questions, before) {
      #expect(try Self.rows(question, &connection) == expected, "\(question)")
    }
    try SequenceFold.fold(olderThanSeconds: 0, &connection)
    #expect(try Self.rows(Self.questions[3], &connection) == before[3], "after the numbers were folded")
    try TotalsFold.fold(&connection)
    #expect(try Self.rows(Self.questions[0], &connection) == before[0], "after the counts were folded")
  }

  private static func rows(_ question: String, _ connection: inout PostgresConnection) throws -> [String] {
    let rows = try connection.query("SELECT q::text FROM (\(question)) q")
    return (0..<rows.count).map { rows.string($0, 0) }
  }
}
