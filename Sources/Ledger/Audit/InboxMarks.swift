package import PostgresClient

/// How far each life of each inbox has been booked, over all shards.
package struct InboxMarks: Sendable {
  private struct Inbox: Hashable {
    var partner: String
    var incarnation: Int64
  }

  private var marks: [Inbox: Int64] = [:]

  /// Reads them all: a few rows for each partner.
  package static func read(_ connection: inout PostgresConnection) throws -> InboxMarks {
    let rows = try connection.query(
      """
      SELECT p.code, m.incarnation, max(m.position)
      FROM puhui.inbox_position m JOIN puhui.partner p USING (partner_no) GROUP BY 1, 2
      """)
    var read = InboxMarks()
    for row in 0..<rows.count {
      read.marks[Inbox(partner: rows.string(row, 0), incarnation: rows.int64(row, 1))] = rows.int64(row, 2)
    }
    return read
  }

  /// One past the last position that any shard has booked; 0 where none has.
  package func mark(of partner: String, incarnation: Int64) -> Int64 {
    marks[Inbox(partner: partner, incarnation: incarnation)] ?? 0
  }
}
