/// Which entry an id stands for. Keys lie by id and entries by resident: no range of one is a range of the other.
extension AuditCheck {
  static let keys = [
    AuditCheck(
      AuditTopic(
        "entry-keys", "I3", holds: "every message's entry has its key, and every key its entry",
        meaning: "A message whose key is missing is credited again when it is pushed again; a key without an entry "
          + "keeps its message from ever being credited.",
        advice: "Look for who switched the triggers of puhui.entry and puhui.activity_key off, and compare with a "
          + "backup."),
      // A join of all keys with all entries would sort both on disk. Sums of hashes over stretches of 4,096 entry
      // numbers need two scans and a few thousand sums; only what differs there is joined.
      .everything, screen: "WITH \(differingStretches) SELECT count(*) FROM stretch",
      """
      WITH \(differingStretches), e AS (
        SELECT e.* FROM stretch s JOIN puhui.entry e ON e.shard = s.shard AND e.entry_no >> 12 = s.stretch
        WHERE e.kind IN (1, 2)
      ), k AS (
        SELECT k.* FROM stretch s JOIN puhui.activity_key k ON k.shard = s.shard AND k.entry_no >> 12 = s.stretch
      )
      SELECT q.shard, q.entry_no, \(partner("q")), q.activity_id,
        (SELECT a.resident FROM puhui.account a WHERE a.shard = q.shard AND a.resident_no = q.resident_no), NULL::text,
        CASE WHEN q.is_entry THEN 'a key' ELSE 'an entry for the key' END, 'none'
      FROM (
        SELECT shard, entry_no, resident_no, partner_no, activity_id, e.kind IS NOT NULL AS is_entry
        FROM e FULL JOIN k USING (shard, entry_no, resident_no, partner_no, activity_id)
        WHERE e.kind IS NULL OR k.key_shard IS NULL) q
      """),
    AuditCheck(
      AuditTopic(
        "one-key", "I3", holds: "an id of a partner stands for one entry",
        meaning: "One activity may be credited twice, perhaps to two residents.",
        advice: "Were binaries with different key shards running? Stop the fleet, and report it as a defect."),
      .everything,
      """
      SELECT min(k.shard), min(k.entry_no), \(partner("k")), k.activity_id, NULL::text, NULL::text, 'one key',
        format('keys in key shards %s', string_agg(k.key_shard::text, ', ' ORDER BY k.key_shard))
      FROM puhui.activity_key k GROUP BY k.activity_id, k.partner_no HAVING count(*) > 1
      """),
  ]

  private static let differingStretches = """
    booked AS (
      SELECT e.shard, e.entry_no >> 12 AS stretch, count(*) AS n, sum(\(hash("e"))) AS hashes
      FROM puhui.entry e WHERE e.kind IN (1, 2) GROUP BY 1, 2
    ), known AS (
      SELECT k.shard, k.entry_no >> 12 AS stretch, count(*) AS n, sum(\(hash("k"))) AS hashes
      FROM puhui.activity_key k GROUP BY 1, 2
    ), stretch AS MATERIALIZED (
      SELECT shard, stretch FROM booked b FULL JOIN known k USING (shard, stretch)
      WHERE (b.n, b.hashes) IS DISTINCT FROM (k.n, k.hashes)
    )
    """

  private static func hash(_ table: String) -> String {
    "hashtextextended(\(table).activity_id, hashint8extended(\(table).entry_no, "
      + "(\(table).resident_no::bigint << 16) + \(table).partner_no))"
  }
}
