/// The numbers that a shard's fence row hands out: a hole is something that was lost.
extension AuditCheck {
  static let numbers = [
    AuditCheck(
      AuditTopic(
        "entry-numbers", "I3", holds: "a shard's entry numbers are used once, have no holes and end below the next one",
        meaning: "An entry was deleted, or two carry one number, or one was written beside the fence.",
        advice: "Look for who switched the trigger of puhui.entry off; a missing entry can be read from a backup, and "
          + "its message be pushed again once its key is gone as well."),
      .shard,
      """
      SELECT $1, CASE WHEN n.is_hole THEN n.before + 1 ELSE n.entry_no END, \(partner("e")), e.activity_id,
        (SELECT a.resident FROM puhui.account a WHERE a.shard = $1 AND a.resident_no = e.resident_no), NULL::text,
        CASE WHEN n.is_hole THEN format('entries %s to %s', n.before + 1, n.entry_no - 1)
          WHEN n.entry_no = n.before THEN 'a number of its own' ELSE format('a number below %s', f.next_entry_no) END,
        CASE WHEN n.is_hole THEN 'missing' WHEN n.entry_no = n.before THEN 'another entry with this number'
          ELSE n.entry_no::text END
      FROM puhui.fence f CROSS JOIN LATERAL (
        SELECT n.*, n.entry_no > n.before + 1 AND n.before < f.next_entry_no AS is_hole
        FROM (
          SELECT n.*, lag(n.entry_no, 1, 0::bigint) OVER (ORDER BY n.entry_no, n.resident_no NULLS LAST) AS before
          FROM (
            SELECT e.entry_no, e.resident_no, e.occurred_at FROM puhui.entry e WHERE e.shard = $1
            UNION ALL
            -- Where the next entry will be.
            SELECT f.next_entry_no, NULL, NULL
          ) n) n
        WHERE n.entry_no <> n.before + 1 OR n.resident_no IS NOT NULL AND n.entry_no >= f.next_entry_no) n
      LEFT JOIN puhui.entry e ON NOT n.is_hole AND e.shard = $1 AND e.resident_no = n.resident_no
        AND e.occurred_at = n.occurred_at AND e.entry_no = n.entry_no
      WHERE f.shard = $1 AND (n.is_hole OR n.resident_no IS NOT NULL)
      """),
    AuditCheck(
      AuditTopic(
        "resident-numbers", "I3", holds: "a shard's resident numbers end below the next one",
        meaning: "The next new resident of the shard would get a number that is taken, and the batch would fail.",
        advice: "Find out who wrote to puhui.fence or puhui.account, and compare with a backup."),
      .shard,
      """
      SELECT \(accountColumns), format('a number below %s', f.next_resident_no), a.resident_no::text
      FROM puhui.fence f JOIN puhui.account a ON a.shard = f.shard AND a.resident_no >= f.next_resident_no
      WHERE f.shard = $1
      """),
    AuditCheck(
      AuditTopic(
        "batch-numbers", "I2", holds: "a shard's batch numbers have no holes and end at the fence's",
        meaning: "A batch's row was deleted, or one was written beside the fence: totals may miss it.",
        advice: "Look for who switched the trigger of puhui.batch off, and compare with a backup."),
      .shard,
      """
      SELECT $1, NULL::bigint, NULL::text, NULL::text, NULL::text,
        format('batch %s', CASE WHEN n.batch_no > n.before + 1 THEN n.before + 1 ELSE n.batch_no END),
        CASE WHEN n.batch_no > n.before + 1 THEN format('batches %s to %s', n.before + 1, n.batch_no - 1)
          ELSE format('no batch above %s', n.last) END,
        CASE WHEN n.batch_no > n.before + 1 THEN 'missing' ELSE 'it is there' END
      FROM (
        SELECT n.*, f.batch_no AS last, lag(n.batch_no, 1, 0::bigint) OVER (ORDER BY n.batch_no, n.is_end) AS before
        FROM puhui.fence f CROSS JOIN LATERAL (
          SELECT b.batch_no, false AS is_end FROM puhui.batch b WHERE b.shard = $1
          UNION ALL
          SELECT f.batch_no + 1, true) n
        WHERE f.shard = $1) n
      WHERE n.batch_no > n.before + 1 OR NOT n.is_end AND n.batch_no > n.last
      """),
    AuditCheck(
      AuditTopic(
        "batch-epochs", "I6", holds: "a shard's batches were booked by owners whose epochs rise",
        meaning: "A worker that had lost the shard booked a batch all the same: the fence did not hold.",
        advice: "Stop the fleet, and report it as a defect; look for entries that were booked twice."),
      .shard,
      """
      SELECT $1, NULL::bigint, NULL::text, NULL::text, NULL::text, format('batch %s', b.batch_no),
        format('an epoch from %s to %s', b.before, b.newest), b.epoch::text
      FROM (
        SELECT b.batch_no, b.epoch, f.epoch AS newest,
          lag(b.epoch, 1, 1::bigint) OVER (ORDER BY b.batch_no) AS before
        FROM puhui.fence f JOIN puhui.batch b USING (shard) WHERE f.shard = $1) b
      WHERE b.epoch < b.before OR b.epoch > b.newest
      """),
    AuditCheck(
      AuditTopic(
        "shards", "I3", holds: "every row belongs to a shard that has a fence row",
        meaning: "Nobody books, folds or audits such rows any more.",
        advice: "Find out who wrote them, or deleted the fence row, and compare with a backup."),
      .everything,
      [
        "account", "entry", "account_entry", "redemption", "refusal", "batch", "leg_block", "dead_letter",
      ].map { table in
        """
        SELECT s.shard::smallint, NULL::bigint, NULL::text, NULL::text, NULL::text, 'puhui.\(table)',
          'a fence row for the shard', 'none'
        FROM generate_series((SELECT min(shard) FROM puhui.\(table))::int,
          (SELECT max(shard) FROM puhui.\(table))::int) s(shard)
        WHERE NOT EXISTS (SELECT FROM puhui.fence f WHERE f.shard = s.shard)
          AND EXISTS (SELECT FROM puhui.\(table) t WHERE t.shard = s.shard)
        """
      }.joined(separator: "\nUNION ALL\n")),
  ]
}
