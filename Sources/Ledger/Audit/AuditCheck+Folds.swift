/// Totals: what the fold has added up against the legs up to where it came.
extension AuditCheck {
  static let folds = [
    AuditCheck(
      AuditTopic(
        "fold-positions", "I2", holds: "each shard's fold ends at a batch, with the residents up to it",
        meaning: "puhui.totals counts residents wrongly, or the fold has run ahead and leaves batches out.",
        advice: "Look for who changed puhui.fold, or took puhui.fence back; the fold can be made anew from the legs."),
      .shard,
      """
      SELECT f.shard, NULL::bigint, NULL::text, NULL::text, NULL::text, NULL::text,
        format('up to batch %s at most, %s residents', f.batch_no, b.residents),
        coalesce(format('up to batch %s, %s residents', d.folded_batch_no, d.residents), 'no fold')
      FROM puhui.fence f LEFT JOIN puhui.fold d USING (shard) CROSS JOIN LATERAL (
        SELECT coalesce(sum(b.residents), 0) AS residents FROM puhui.batch b
        WHERE b.shard = f.shard AND b.batch_no <= d.folded_batch_no) b
      WHERE f.shard = $1 AND (d.folded_batch_no <= f.batch_no AND d.residents = b.residents) IS NOT TRUE
      """),
    AuditCheck(
      AuditTopic(
        "day-folds", "I2", holds: "the totals by day, partner, behaviour and region are the sums of the folded legs",
        meaning: "Enterprises and the government are shown other sums than were booked.",
        advice: "The legs are the journal, the fold is derived: look for who changed puhui.day_fold or puhui.leg; the "
          + "fold can be made anew from the legs."),
      .everything,
      """
      SELECT NULL::smallint, NULL::bigint, \(partner("q")), NULL::text, NULL::text,
        format('%s on %s in region %s', \(behaviour("q")), q.day, q.region), q.expected, q.found
      FROM (
        SELECT partner_no, behaviour_no, day, region,
          coalesce(format('%s actions, %s mg, %s points', l.actions, l.reduction_mg, l.points), 'none') AS expected,
          coalesce(format('%s actions, %s mg, %s points', d.actions, d.reduction_mg, d.points), 'none') AS found
        FROM puhui.day_fold d FULL JOIN (
          SELECT l.day, l.partner_no, l.behaviour_no, l.region, sum(l.actions) AS actions,
            sum(l.reduction_mg) AS reduction_mg, sum(l.points) AS points
          FROM puhui.fold f JOIN puhui.leg l ON l.shard = f.shard AND l.batch_no <= f.folded_batch_no
          GROUP BY 1, 2, 3, 4) l USING (day, partner_no, behaviour_no, region)
        WHERE (d.actions, d.reduction_mg, d.points) IS DISTINCT FROM (l.actions, l.reduction_mg, l.points)) q
      """),
    AuditCheck(
      AuditTopic(
        "outcome-folds", "I1", holds: "the partners' counts are the sums of the folded outcome legs",
        meaning: "A partner is shown other counts than were booked.",
        advice: "The legs are the journal, the fold is derived: look for who changed puhui.outcome_fold or "
          + "puhui.batch; the fold can be made anew from the legs."),
      .everything,
      """
      SELECT NULL::smallint, NULL::bigint, \(partner("q")), NULL::text, NULL::text, NULL::text, q.expected, q.found
      FROM (
        SELECT partner_no, \(said("l")) AS expected, \(said("d")) AS found
        FROM puhui.outcome_fold d FULL JOIN (
          SELECT l.partner_no, \(outcomeColumns.map { "sum(l.\($0)) AS \($0)" }.joined(separator: ", "))
          FROM puhui.fold f JOIN puhui.outcome_leg l ON l.shard = f.shard AND l.batch_no <= f.folded_batch_no
          GROUP BY 1) l USING (partner_no)) q
      WHERE q.expected <> q.found
      """),
  ]

  static let outcomeColumns = [
    "received", "credited", "capped", "duplicate", "conflict", "overlap", "held", "reversal", "rejected",
  ]

  private static func said(_ table: String) -> String {
    let counts = outcomeColumns.map { "coalesce(\(table).\($0), 0) || ' \($0)'" }
    return "concat_ws(', ', \(counts.joined(separator: ", ")))"
  }
}
