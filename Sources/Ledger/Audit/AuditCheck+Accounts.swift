/// Accounts against the entries that they are the sums of.
extension AuditCheck {
  static let accounts = [
    AuditCheck(
      AuditTopic(
        "account-sums", "I2", holds: "every account is the sum of its entries",
        meaning: "A resident sees other grams or actions than were booked, or entries belong to nobody.",
        advice: "The entries are the ledger, the account is derived. Find out who wrote to it; correct the account by "
          + "hand from the figures expected here, or the whole database from a backup."),
      .residents,
      """
      SELECT $1, NULL::bigint, NULL::text, NULL::text, a.resident, format('resident number %s', resident_no),
        CASE WHEN e.entries IS NULL THEN 'at least one entry'
          WHEN a.resident IS NULL THEN format('an account for %s entries, from number %s', e.entries, e.first)
          ELSE format('%s actions, %s mg, %s nanopoints', e.actions, e.reduction_mg, e.nanopoints) END,
        CASE WHEN a.resident IS NULL OR e.entries IS NULL THEN 'none'
          ELSE format('%s actions, %s mg, %s nanopoints', a.actions, a.reduction_mg, a.nanopoints) END
      FROM (SELECT * FROM puhui.account a WHERE a.shard = $1 AND a.resident_no BETWEEN $2 AND $3) a
      FULL JOIN (
        SELECT e.resident_no, count(*) AS entries, min(e.entry_no) AS first, sum(\(actions)) AS actions,
          sum(e.reduction_mg) AS reduction_mg, sum(e.nanopoints) AS nanopoints
        FROM puhui.entry e WHERE \(entryInRange) GROUP BY e.resident_no) e USING (resident_no)
      WHERE (a.actions, a.reduction_mg, a.nanopoints) IS DISTINCT FROM (e.actions, e.reduction_mg, e.nanopoints)
      """),
    AuditCheck(
      AuditTopic(
        "account-latest", "I2", holds: "no entry happened after its account's latest activity",
        meaning: "Scoring does not look up the history of such a resident: an overlap or a full cap can be missed.",
        advice: "Find out who wrote to the account; until it is corrected the resident's new activities may be "
          + "credited twice."),
      .residents,
      """
      SELECT \(accountColumns), format('at least %s', e.latest), a.latest_at::text
      FROM puhui.account a CROSS JOIN LATERAL (
        SELECT max(e.occurred_at) AS latest FROM puhui.entry e
        WHERE e.shard = a.shard AND e.resident_no = a.resident_no) e
      WHERE a.shard = $1 AND a.resident_no BETWEEN $2 AND $3 AND a.latest_at < e.latest
      """),
    AuditCheck(
      AuditTopic(
        "one-account", "I3", holds: "a resident has one account",
        meaning: "One person's activities are in two shards: caps and overlaps do not see each other's.",
        advice: "Did anybody take the constraint account_one_name away? Stop the fleet, and report it as a defect."),
      .everything,
      """
      SELECT NULL::smallint, NULL::bigint, NULL::text, NULL::text, a.resident, NULL::text, 'one account',
        format('accounts in shards %s', string_agg(a.shard::text, ', ' ORDER BY a.shard))
      FROM puhui.account a GROUP BY a.resident HAVING count(*) > 1
      """),
  ]
}
