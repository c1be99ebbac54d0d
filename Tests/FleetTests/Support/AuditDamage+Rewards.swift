/// Harm to redemptions, stocks, codes and jobs.
extension AuditDamage {
  private static let captured = """
    SELECT r.job_id, r.shard, r.resident_no, a.resident
    FROM puhui.redemption r JOIN puhui.account a USING (shard, resident_no)
    WHERE r.status = 'captured' ORDER BY r.job_id LIMIT 1
    """

  static let rewards = [
    AuditDamage(
      check: "redemptions", what: "a redemption captured twice", victim: captured,
      sql: """
        INSERT INTO puhui.account_entry (points, held, booked_at, resident_no, shard, kind, job_id, lots)
        SELECT 0, 0, now(), resident_no, shard, 2, job_id, '{}' FROM victim
        """, names: accountNames),
    AuditDamage(
      check: "stocks", what: "a coupon held for nobody", victim: captured,
      sql: "UPDATE puhui.reward_stock SET held = held + 1, available = available - 1 WHERE reward = 'coupon'", names: []
    ),
    AuditDamage(
      check: "codes", what: "a code taken back from its redemption", victim: captured,
      sql: "UPDATE puhui.reward_code c SET job_id = NULL FROM victim v WHERE c.job_id = v.job_id", names: []),
    AuditDamage(
      check: "jobs", what: "a redemption whose job is forgotten", victim: captured,
      sql: "DELETE FROM puhui.job j USING victim v WHERE j.job_id = v.job_id", names: accountNames),
  ]
}
