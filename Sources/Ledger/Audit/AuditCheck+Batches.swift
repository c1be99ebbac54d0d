/// Batches: the contra side against the entries that each booked. An entry and its batch carry the same time of
/// booking; should two batches of a shard ever have the same, they are compared together.
extension AuditCheck {
  static let batches = [
    AuditCheck(
      AuditTopic(
        "batch-rows", "I2", holds: "every leg belongs to a batch",
        meaning: "A batch's row was deleted, or a leg was written beside it.",
        advice: "Look for who switched the triggers off, and compare with a backup."),
      .shard,
      """
      SELECT l.shard, NULL::bigint, \(partner("l")), NULL::text, NULL::text,
        format('batch %s in puhui.leg', l.batch_no), 'a row in puhui.batch', 'none'
      FROM puhui.leg l WHERE l.shard = $1
        AND NOT EXISTS (SELECT FROM puhui.batch b WHERE b.shard = $1 AND b.batch_no = l.batch_no)
      """),
    AuditCheck(
      AuditTopic(
        "legs", "I2", holds: "a batch's legs are the sums of its entries by day, partner, behaviour and region",
        meaning: "Enterprises and the government are shown other sums than the residents.",
        advice:
          "Look for who changed entries or legs. Entries are the ledger: compare them with a backup, and book what "
          + "corrects the difference."),
      .shard, legs),
    AuditCheck(
      AuditTopic(
        "resident-counts", "I2", holds: "a shard's batches count the residents that have an action",
        meaning: "The number of residents in puhui.totals is wrong.",
        advice: "Look at account-sums first; where that holds, look for who changed puhui.batch."),
      .shard,
      """
      SELECT $1, NULL::bigint, NULL::text, NULL::text, NULL::text, NULL::text, format('%s residents', a.residents),
        format('%s residents', b.residents)
      FROM (SELECT count(*) AS residents FROM puhui.account WHERE shard = $1 AND actions > 0) a,
        (SELECT coalesce(sum(residents), 0) AS residents FROM puhui.batch WHERE shard = $1) b
      WHERE a.residents <> b.residents
      """),
    AuditCheck(
      AuditTopic(
        "outcome-sums", "I1", holds: "a batch received what its outcomes add up to",
        meaning: "A message has no outcome, or two.",
        advice: "Look for who changed puhui.batch, and compare with a backup."),
      .shard,
      """
      SELECT l.shard, NULL::bigint, \(partner("l")), NULL::text, NULL::text, format('batch %s', l.batch_no),
        format('%s received', l.outcomes), format('%s received', l.received)
      FROM (
        SELECT l.*, credited + capped + duplicate + conflict + overlap + held + reversal + rejected AS outcomes
        FROM puhui.outcome_leg l WHERE l.shard = $1) l
      WHERE l.received <> l.outcomes
      """),
    AuditCheck(
      AuditTopic(
        "outcomes", "I1", holds: "a batch counts every entry and refusal that it booked as its one outcome",
        meaning: "A partner is shown other counts than the rows that its messages became.",
        advice: "Look for a row that was deleted or added in puhui.entry or puhui.refusal, or changed in puhui.batch, "
          + "and compare with a backup."),
      .shard, outcomes),
  ]

  private static let legs = """
    WITH booked AS (
      SELECT e.booked_at, \(localDay) AS day, e.partner_no, e.behaviour_no, coalesce(e.region, 0) AS region,
        sum(\(actions)) AS actions, sum(e.reduction_mg) AS reduction_mg, sum(e.points) AS points,
        min(e.entry_no) AS first, count(*) AS entries
      FROM puhui.entry e WHERE e.shard = $1 AND \(isBookedOnLegs) GROUP BY 1, 2, 3, 4, 5
    ), contra AS (
      SELECT b.booked_at, l.day, l.partner_no, l.behaviour_no, l.region, sum(l.actions) AS actions,
        sum(l.reduction_mg) AS reduction_mg, sum(l.points) AS points, min(l.batch_no) AS batch_no
      FROM puhui.leg l JOIN puhui.batch b USING (shard, batch_no) WHERE l.shard = $1 GROUP BY 1, 2, 3, 4, 5
    )
    SELECT $1, e.first, \(partner("l")), NULL::text, NULL::text,
      format('%s, %s on %s in region %s, %s entries booked at %s',
        coalesce('batch ' || e.batch_no, 'no leg'), \(behaviour("l")), l.day, l.region, coalesce(e.entries, 0),
        l.booked_at),
      format('%s actions, %s mg, %s points', coalesce(e.actions, 0), coalesce(e.reduction_mg, 0),
        coalesce(e.points, 0)),
      format('%s actions, %s mg, %s points', coalesce(e.leg_actions, 0), coalesce(e.leg_mg, 0),
        coalesce(e.leg_points, 0))
    FROM (
      SELECT booked_at, day, partner_no, behaviour_no, region, e.first, e.entries, e.actions, e.reduction_mg, e.points,
        c.actions AS leg_actions, c.reduction_mg AS leg_mg, c.points AS leg_points, c.batch_no
      FROM booked e FULL JOIN contra c USING (booked_at, day, partner_no, behaviour_no, region)
      WHERE (e.actions, e.reduction_mg, e.points) IS DISTINCT FROM (c.actions, c.reduction_mg, c.points)) e
    CROSS JOIN LATERAL (SELECT e.booked_at, e.day, e.partner_no, e.behaviour_no, e.region) l
    """

  /// Duplicates leave no row: only their number is known.
  private static let outcomes = """
    WITH happened AS (
      SELECT e.booked_at, e.partner_no, e.outcome, 1 AS n FROM puhui.entry e WHERE e.shard = $1
      UNION ALL
      -- A later decision moves the message's one outcome away from what it was before.
      SELECT u.booked_at, u.partner_no, coalesce(
          (SELECT v.outcome FROM puhui.entry v WHERE v.shard = $1 AND v.refers_to = u.refers_to AND v.kind = 3
            AND v.entry_no < u.entry_no ORDER BY v.entry_no DESC LIMIT 1),
          (SELECT e.outcome FROM puhui.entry e WHERE e.shard = $1 AND e.resident_no = u.resident_no
            AND e.occurred_at = u.occurred_at AND e.entry_no = u.refers_to)), -1
      FROM puhui.entry u WHERE u.shard = $1 AND u.refers_to IS NOT NULL AND u.kind = 3
      UNION ALL
      SELECT r.received_at, r.partner_no, r.outcome, 1 FROM puhui.refusal r WHERE r.shard = $1
      UNION ALL
      -- A retry moves it away from the burial, in the batch that decided; where it is a refusal again, no row says so.
      SELECT d.changed_at, d.partner_no, t.outcome, t.n
      FROM puhui.dead_letter d CROSS JOIN LATERAL (VALUES (8::smallint, -1), (d.outcome, 1)) t(outcome, n)
      WHERE d.decided_shard = $1 AND (t.n < 0 OR t.outcome IN (4, 8))
    ), booked AS (
      SELECT booked_at, partner_no,
        \(counted.map { "coalesce(sum(n) FILTER (WHERE outcome = \($0.number)), 0) AS \($0.name)" }
        .joined(separator: ", "))
      FROM happened GROUP BY booked_at, partner_no
    ), contra AS (
      SELECT b.booked_at, l.partner_no, min(l.batch_no) AS batch_no,
        \(counted.map { "sum(l.\($0.name)) AS \($0.name)" }.joined(separator: ", "))
      FROM puhui.outcome_leg l JOIN puhui.batch b USING (shard, batch_no) WHERE l.shard = $1 GROUP BY 1, 2
    )
    SELECT $1, NULL::bigint, \(partner("e")), NULL::text, NULL::text,
      format('%s booked at %s', coalesce('batch ' || e.batch_no, 'no outcome leg'), e.booked_at),
      e.expected, e.found
    FROM (
      SELECT booked_at, partner_no, c.batch_no,
        concat_ws(', ', \(differing("e"))) AS expected, concat_ws(', ', \(differing("c"))) AS found
      FROM booked e FULL JOIN contra c USING (booked_at, partner_no)) e
    WHERE e.expected <> ''
    """

  /// The numbers of the outcomes that leave rows, with their columns.
  private static let counted: [(number: Int, name: String)] = [
    (1, "credited"), (2, "capped"), (4, "conflict"), (5, "overlap"), (6, "held"), (7, "reversal"), (8, "rejected"),
  ]

  /// Says the counts that differ, as one of both sides has them.
  private static func differing(_ side: String) -> String {
    counted.map { outcome in
      let (name, counts) = (outcome.name, { (table: String) in "coalesce(\(table).\(outcome.name), 0)" })
      return "CASE WHEN \(counts("e")) <> \(counts("c")) THEN \(counts(side)) || ' \(name)' END"
    }.joined(separator: ", ")
  }
}
