/// Redemptions against the entries, stocks and codes that they moved.
extension AuditCheck {
  private static let redemptionColumns = """
    r.shard, NULL::bigint, NULL::text, NULL::text,
      (SELECT a.resident FROM puhui.account a WHERE a.shard = r.shard AND a.resident_no = r.resident_no),
      format('redemption %s', r.job_id)
    """

  static let rewards = [
    AuditCheck(
      AuditTopic(
        "redemptions", "I5", holds: "each hold ends in exactly one of captured, released, expired",
        meaning: "Points were spent twice, or came back without having been held, or are held for ever.",
        advice: "The entries are the ledger. Compare them with the redemption's status, and put the difference right "
          + "with an adjustment."),
      .shard,
      """
      SELECT \(redemptionColumns),
        format('%s points held%s', r.points, CASE WHEN r.status = 'captured' THEN ', captured once'
          WHEN r.settled_at IS NOT NULL THEN ', released once' ELSE '' END),
        format('%s holds of %s, %s captures of %s, %s releases of %s', e.holds, e.hold, e.captures, e.capture,
          e.releases, e.release)
      FROM puhui.redemption r CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE kind = 1) AS holds, coalesce(sum(held) FILTER (WHERE kind = 1), 0) AS hold,
          count(*) FILTER (WHERE kind = 2) AS captures, coalesce(-sum(held) FILTER (WHERE kind = 2), 0) AS capture,
          count(*) FILTER (WHERE kind = 3) AS releases, coalesce(sum(points) FILTER (WHERE kind = 3), 0) AS release
        FROM puhui.account_entry e
        WHERE e.shard = r.shard AND e.resident_no = r.resident_no AND e.job_id = r.job_id) e
      WHERE r.shard = $1 AND (e.holds, e.hold, e.captures, e.capture, e.releases, e.release) IS DISTINCT FROM (
        1, r.points, (r.status = 'captured')::int, CASE WHEN r.status = 'captured' THEN r.points ELSE 0 END,
        (r.status IN ('released', 'expired'))::int,
        CASE WHEN r.status IN ('released', 'expired') THEN r.points ELSE 0 END)
      """),
    AuditCheck(
      AuditTopic(
        "stocks", "I5", holds: "what was stocked is left, held or captured, as the redemptions say",
        meaning: "A reward was given more often than there was of it, or is kept back from residents.",
        advice: "Count the redemptions of this reward by status; put the stock right by hand, from those figures."),
      .everything,
      """
      SELECT NULL::smallint, NULL::bigint, NULL::text, NULL::text, NULL::text, format('reward %s', reward),
        format('%s held, %s captured, %s and %s points', r.held, r.captured, r.points_held, r.points_captured),
        format('%s held, %s captured, %s and %s points', s.held, s.captured, s.points_held, s.points_captured)
      FROM puhui.reward_stock s
      FULL JOIN (
        SELECT reward, coalesce(sum(quantity) FILTER (WHERE settled_at IS NULL), 0) AS held,
          coalesce(sum(quantity) FILTER (WHERE status = 'captured'), 0) AS captured,
          coalesce(sum(points) FILTER (WHERE settled_at IS NULL), 0) AS points_held,
          coalesce(sum(points) FILTER (WHERE status = 'captured'), 0) AS points_captured
        FROM puhui.redemption GROUP BY reward) r USING (reward)
      WHERE (coalesce(s.held, 0), coalesce(s.captured, 0), coalesce(s.points_held, 0), coalesce(s.points_captured, 0))
        IS DISTINCT FROM (coalesce(r.held, 0), coalesce(r.captured, 0), coalesce(r.points_held, 0),
          coalesce(r.points_captured, 0))
      """),
    AuditCheck(
      AuditTopic(
        "codes", "I5", holds: "each code was given once at most, and only for points that were captured",
        meaning: "A resident got more or fewer codes than were paid for.",
        advice:
          "Look at the codes of this redemption in puhui.reward_code, and correct what was given with the resident."),
      .everything,
      """
      SELECT NULL::smallint, NULL::bigint, NULL::text, NULL::text, NULL::text, format('redemption %s', job_id),
        format('%s codes of %s', coalesce(r.quantity, 0), coalesce(r.reward, 'no reward')),
        format('%s codes of %s', coalesce(c.given, 0), coalesce(c.rewards, 'no reward'))
      FROM (SELECT job_id, count(*) AS given, string_agg(DISTINCT reward, ', ') AS rewards FROM puhui.reward_code
        WHERE job_id IS NOT NULL GROUP BY job_id) c
      FULL JOIN (SELECT job_id, quantity, reward FROM puhui.redemption
        WHERE status = 'captured' AND partner IS NULL) r USING (job_id)
      WHERE (c.given, c.rewards) IS DISTINCT FROM (r.quantity, r.reward)
      """),
    AuditCheck(
      AuditTopic(
        "jobs", "I6", holds: "every redemption and adjustment has the job that asked for it, answered once",
        meaning: "Points moved, and nobody was told, or a repeated job could move them again.",
        advice: "Ask the administrator named in the entry what was wanted, and put it right with an adjustment."),
      .everything,
      """
      SELECT x.shard, NULL::bigint, NULL::text, NULL::text,
        (SELECT a.resident FROM puhui.account a WHERE a.shard = x.shard AND a.resident_no = x.resident_no),
        format('job %s', x.job_id), 'an answered job', CASE WHEN j.job_id IS NULL THEN 'no job' ELSE 'no answer' END
      FROM (SELECT job_id, shard, resident_no FROM puhui.redemption
        UNION ALL SELECT job_id, shard, resident_no FROM puhui.adjustment) x
      LEFT JOIN puhui.job j USING (job_id) WHERE j.answer IS NULL
      """),
  ]
}
