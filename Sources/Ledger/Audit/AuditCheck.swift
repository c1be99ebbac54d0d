internal import PostgresClient

/// A check of the ledger: SQL that answers with a row for each place where something does not hold.
///
/// The sums are made where the rows are. 25 million entries over a socket would take minutes of everybody's network and
/// CPU for every check, while PostgreSQL reads them in seconds, and sorts and groups what exceeds its `work_mem` on
/// disk: so the server's memory is bounded as well, with or without ranges.
///
/// To add a check, add a value to one of the lists. Its SQL has eight columns: shard (smallint), entry number (bigint),
/// partner, activity id, resident, place, expected, found (text). It may use
///
/// - `$1` the shard, and `$2`, `$3` the first and last resident number of the range, where its scope has them,
/// - `$4` the seconds by which the programme's zone is ahead of UTC, `$5` the most rows wanted,
/// - `$6`, `$7` arrays: factor numbers, and the last day that any catalogue gave each,
/// - `$8`, `$9` arrays: units, and how many base units of its dimension each is.
package struct AuditCheck: Sendable {
  /// What one statement of the check looks at. Everything of one shard is read in one snapshot.
  package enum Scope: Sendable {
    /// A range of one shard's residents: the entries' key begins so, and the range bounds sorts and sums.
    case residents
    /// One shard: for what is keyed by batches, or by number.
    case shard
    /// All shards: sums and keys that cross them.
    case everything
  }

  package let topic: AuditTopic
  let scope: Scope
  /// A cheaper question with one number as its answer; the SQL runs only where that is not 0.
  let screen: String?
  let sql: String
  let onlyDrained: Bool

  init(_ topic: AuditTopic, _ scope: Scope, screen: String? = nil, onlyDrained: Bool = false, _ sql: String) {
    self.topic = topic
    self.scope = scope
    self.screen = screen
    self.sql = sql
    self.onlyDrained = onlyDrained
  }

  /// Every check of the ledger.
  package static let all =
    accounts + points + rewards + entries + decisions + numbers + batches + keys + folds + views + positions

  /// The first findings in a steady order, each with the number of all.
  var boundedSQL: String {
    """
    SELECT q.*, count(*) OVER ()
    FROM (
    \(sql)
    ) q(shard, entry_no, partner, activity_id, resident, place, expected, found)
    ORDER BY q.shard, q.entry_no, q.partner, q.resident, q.place LIMIT $5
    """
  }
}

/// What the SQL of several checks has in common. The letters are those of the tables in the statement.
extension AuditCheck {
  static let entryInRange = "e.shard = $1 AND e.resident_no BETWEEN $2 AND $3"

  /// Changes what somebody has done: an act that was credited with something, or its reversal.
  static let isBookedOnLegs = "(e.kind = 2 OR e.outcome IN (1, 2) AND e.credited_quantity > 0)"

  static let actions =
    "CASE WHEN e.kind = 2 THEN -1 WHEN e.outcome IN (1, 2) AND e.credited_quantity > 0 THEN 1 ELSE 0 END"

  static let localDay = "(e.occurred_at AT TIME ZONE 'UTC' + make_interval(secs => $4))::date"

  static func partner(_ table: String) -> String {
    "coalesce((SELECT p.code FROM puhui.partner p WHERE p.partner_no = \(table).partner_no), "
      + "'number ' || \(table).partner_no)"
  }

  static func behaviour(_ table: String) -> String {
    "coalesce((SELECT b.code FROM puhui.behaviour b WHERE b.behaviour_no = \(table).behaviour_no), "
      + "'behaviour number ' || \(table).behaviour_no)"
  }

  /// The first six columns for an entry `e`.
  static let entryColumns = """
    e.shard, e.entry_no, \(partner("e")), e.activity_id,
      (SELECT a.resident FROM puhui.account a WHERE a.shard = e.shard AND a.resident_no = e.resident_no),
      format('%s by resident number %s', coalesce(puhui.kind_code(e.kind), 'entry'), e.resident_no)
    """

  /// The first six columns for an account `a`.
  static let accountColumns = """
    a.shard, NULL::bigint, NULL::text, NULL::text, a.resident, format('resident number %s', a.resident_no)
    """
}
