/// The public views against the tables: a view is replaced easily, and others believe it.
extension AuditCheck {
  static let views = [
    AuditCheck(
      AuditTopic(
        "total-views", "I2", holds: "puhui.totals, daily_totals and partner_counts show what the tables hold",
        meaning: "A view has another definition than this binary's.",
        advice: "Look for who replaced it; drop it, and create it again as in the migrations."),
      .everything, totals),
    AuditCheck(
      AuditTopic(
        "row-views", "I2",
        holds: "puhui.residents, ledger and outcomes show what the tables hold, of the newest residents",
        meaning: "A view has another definition than this binary's.",
        advice: "Look for who replaced it; drop it, and create it again as in the migrations."),
      // A changed definition shows in any row: some rows of each shard are enough.
      .shard, rows),
  ]

  /// What is folded, and the legs behind it.
  private static func counted(_ fold: String, _ leg: String, _ columns: String) -> String {
    """
    (SELECT \(columns) FROM puhui.\(fold)
      UNION ALL
      SELECT \(columns) FROM puhui.fold f CROSS JOIN LATERAL (
        SELECT * FROM puhui.\(leg) l WHERE l.shard = f.shard AND l.batch_no > f.folded_batch_no OFFSET 0) l)
    """
  }

  private static let dayColumns = "day, partner_no, behaviour_no, region, actions, reduction_mg, points"

  private static let totals = """
    WITH days AS MATERIALIZED (
      SELECT l.day, l.partner_no, l.behaviour_no, l.region, sum(l.actions) AS actions,
        sum(l.reduction_mg) AS reduction_mg, sum(l.points) AS points
      FROM \(counted("day_fold", "leg", dayColumns)) l GROUP BY 1, 2, 3, 4
    )
    SELECT NULL::smallint, NULL::bigint, NULL::text, NULL::text, NULL::text, 'puhui.totals', e.text, v.text
    FROM (
      SELECT format('%s residents, %s actions, %s mg, %s points',
        (SELECT coalesce(sum(f.residents), 0) FROM puhui.fold f)
          + (SELECT coalesce(sum(b.residents), 0) FROM puhui.fold f
            JOIN puhui.batch b ON b.shard = f.shard AND b.batch_no > f.folded_batch_no),
        coalesce(sum(d.actions), 0), coalesce(sum(d.reduction_mg), 0), coalesce(sum(d.points), 0)) AS text
      FROM days d) e
    LEFT JOIN (
      SELECT format('%s residents, %s actions, %s mg, %s points', t.residents, t.actions, t.reduction_mg,
        t.points_issued) AS text
      FROM puhui.totals t) v ON true
    WHERE v.text IS DISTINCT FROM e.text
    UNION ALL
    SELECT NULL, NULL, partner, NULL, NULL, format('puhui.daily_totals, %s on %s in region %s', behaviour, day, region),
      coalesce(e.text, 'none'), coalesce(v.text, 'none')
    FROM (
      SELECT d.day, p.code AS partner, b.code AS behaviour, d.region,
        format('%s, %s actions, %s mg, %s points', b.category, d.actions, d.reduction_mg, d.points) AS text
      FROM days d JOIN puhui.partner p USING (partner_no) JOIN puhui.behaviour b USING (behaviour_no)) e
    FULL JOIN (
      SELECT day, partner, behaviour, coalesce(region, '0')::int AS region,
        format('%s, %s actions, %s mg, %s points', category, actions, reduction_mg, points) AS text
      FROM puhui.daily_totals) v USING (day, partner, behaviour, region)
    WHERE v.text IS DISTINCT FROM e.text
    UNION ALL
    SELECT NULL, NULL, partner, NULL, NULL, 'puhui.partner_counts', coalesce(e.text, 'none'), coalesce(v.text, 'none')
    FROM (
      SELECT p.code AS partner,
        concat_ws(', ', \(outcomeColumns.map { "coalesce(sum(l.\($0)), 0)" }.joined(separator: ", "))) AS text
      FROM puhui.partner p
      LEFT JOIN \(counted("outcome_fold", "outcome_leg", "partner_no, \(outcomeColumns.joined(separator: ", "))")) l
        USING (partner_no)
      GROUP BY p.code) e
    FULL JOIN (
      SELECT partner, concat_ws(', ', \(outcomeColumns.joined(separator: ", "))) AS text FROM puhui.partner_counts) v
      USING (partner)
    WHERE v.text IS DISTINCT FROM e.text
    """

  private static let rows = """
    WITH newest AS MATERIALIZED (
      SELECT a.* FROM puhui.account a WHERE a.shard = $1 ORDER BY a.resident_no DESC LIMIT 10
    ), booked AS MATERIALIZED (
      SELECT a.resident, e.* FROM newest a JOIN puhui.entry e USING (shard, resident_no)
    ), shown AS (
      SELECT resident, NULL::bigint AS entry_no, NULL::smallint AS partner_no, NULL::text AS activity_id,
        'puhui.residents' AS view, e.text AS expected, v.text AS found
      FROM (
        SELECT a.resident, format('%s actions, %s mg, %s available, %s held, %s debt', a.actions, a.reduction_mg,
          a.points_available, a.points_held, a.points_debt) AS text FROM newest a) e
      LEFT JOIN LATERAL (
        SELECT string_agg(format('%s actions, %s mg, %s available, %s held, %s debt', v.actions, v.reduction_mg,
          v.points_available, v.points_held, v.points_debt), '; ') AS text
        FROM puhui.residents v WHERE v.resident = e.resident) v ON true
      UNION ALL
      SELECT e.resident, NULL, NULL, NULL, 'puhui.ledger', e.text, v.text
      FROM (
        SELECT resident, format('%s entries, %s mg, %s points', count(*), sum(reduction_mg), sum(points)) AS text
        FROM (
          SELECT resident, reduction_mg, points FROM booked WHERE outcome IN (1, 2, 7)
          UNION ALL
          SELECT a.resident, 0, e.points FROM newest a JOIN puhui.account_entry e USING (shard, resident_no)) b
        GROUP BY resident) e
      LEFT JOIN LATERAL (
        SELECT format('%s entries, %s mg, %s points', count(*), sum(v.reduction_mg), sum(v.points)) AS text
        FROM puhui.ledger v WHERE v.resident = e.resident) v ON true
      UNION ALL
      SELECT e.resident, e.entry_no, e.partner_no, e.activity_id, 'puhui.outcomes', puhui.outcome_code(coalesce(
        (SELECT u.outcome FROM booked u WHERE u.kind = 3 AND u.refers_to = e.entry_no ORDER BY u.entry_no DESC LIMIT 1),
        e.outcome)), v.text
      FROM (SELECT * FROM booked WHERE kind IN (1, 2) ORDER BY entry_no DESC LIMIT 20) e
      JOIN puhui.partner p USING (partner_no)
      LEFT JOIN LATERAL (
        -- Refusals do not occupy an id; what a review refused has kept its own.
        SELECT string_agg(v.outcome, ', ') AS text FROM puhui.outcomes v
        WHERE v.partner = p.code AND v.activity_id = e.activity_id
          AND (v.outcome NOT IN ('conflict', 'rejected') OR v.reason = 'review_refused')
      ) v ON true
    )
    SELECT $1, s.entry_no, (SELECT p.code FROM puhui.partner p WHERE p.partner_no = s.partner_no), s.activity_id,
      s.resident, s.view, s.expected, coalesce(s.found, 'none')
    FROM shown s WHERE s.found IS DISTINCT FROM s.expected
    """
}
