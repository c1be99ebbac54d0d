/// The points and the title of an account, against what was booked.
extension AuditCheck {
  static let points = [
    AuditCheck(
      AuditTopic(
        "account-points", "I4", holds: "an account's points, less its debt, are what its entries add up to",
        meaning: "A resident has more or fewer points than were earned, spent and taken back.",
        advice: "Find out who wrote to the account; correct it by hand from the figure expected here, lots included."),
      .residents,
      """
      SELECT \(accountColumns), format('%s points', coalesce(e.points, 0)),
        format('%s available - %s debt', a.points_available, a.points_debt)
      FROM puhui.account a
      LEFT JOIN (
        SELECT resident_no, sum(points) AS points
        FROM (
          SELECT e.resident_no, e.points FROM puhui.entry e WHERE \(entryInRange)
          UNION ALL
          SELECT e.resident_no, e.points FROM puhui.account_entry e WHERE \(entryInRange)) e
        GROUP BY resident_no) e USING (resident_no)
      WHERE \(accountInRange) AND a.points_available - a.points_debt <> coalesce(e.points, 0)
      """),
    AuditCheck(
      AuditTopic(
        "account-held", "I4", holds: "what an account holds is what its open redemptions took, and its entries say",
        meaning: "Points are held for nothing, or a redemption is open that holds none.",
        advice: "Compare the resident's redemptions with the entries of their jobs; settle a redemption that hangs "
          + "with a job, and report it as a defect."),
      .residents,
      """
      SELECT \(accountColumns),
        format('%s held by entries, %s by open redemptions', coalesce(e.held, 0), coalesce(r.held, 0)),
        format('%s held', a.points_held)
      FROM puhui.account a
      LEFT JOIN (
        SELECT e.resident_no, sum(e.held) AS held FROM puhui.account_entry e WHERE \(entryInRange) GROUP BY 1
      ) e USING (resident_no)
      LEFT JOIN (
        SELECT e.resident_no, sum(e.points) AS held FROM puhui.redemption e
        WHERE \(entryInRange) AND e.status IN ('awaiting_approval', 'held', 'fulfilling') GROUP BY 1
      ) r USING (resident_no)
      WHERE \(accountInRange)
        AND (coalesce(e.held, 0), coalesce(r.held, 0)) <> (a.points_held::numeric, a.points_held::numeric)
      """),
    AuditCheck(
      AuditTopic(
        "account-lots", "I4", holds: "an account's points available lie in its lots, by expiry, none of them empty",
        meaning: "Points could be spent that never expire, or expire that nobody sees.",
        advice: "Find out who wrote to the account; puhui.expiring_points shows its lots."),
      .residents,
      """
      SELECT \(accountColumns), format('%s points in lots by expiry', a.points_available),
        coalesce(l.text, 'no lots')
      FROM puhui.account a CROSS JOIN LATERAL (
        SELECT string_agg(format('%s until %s', puhui.lot_points(l.lot), puhui.lot_day(l.lot)), ', ' ORDER BY l.place)
            AS text,
          coalesce(sum(puhui.lot_points(l.lot)), 0) AS points,
          bool_and(puhui.lot_points(l.lot) > 0 AND (l.lot >> 40 > l.before OR l.before IS NULL)) AS in_order
        FROM (
          SELECT l.lot, l.place, lag(l.lot >> 40) OVER (ORDER BY l.place) AS before
          FROM unnest(a.lots) WITH ORDINALITY l(lot, place)) l) l
      WHERE \(accountInRange) AND (a.points_available <> l.points OR l.in_order IS FALSE)
      """),
    AuditCheck(
      AuditTopic(
        "account-split", "I4", holds: "nobody has points available and a debt at once",
        meaning: "Points could be spent that a reversal has taken back.",
        advice: "Find out who wrote to the account; available points pay the debt first."),
      .residents,
      """
      SELECT \(accountColumns), 'available points or a debt, and nothing below 0',
        format('%s available, %s held, %s debt', a.points_available, a.points_held, a.points_debt)
      FROM puhui.account a WHERE \(accountInRange)
        AND (a.points_available > 0 AND a.points_debt > 0
          OR least(a.points_available, a.points_held, a.points_debt) < 0)
      """),
    AuditCheck(
      AuditTopic(
        "account-title", "I4", holds: "an account's title is the one that was booked last",
        meaning: "A certificate may show a title that was never reached, or is taken back.",
        advice: "Find out who wrote to the account; correct it by hand from the title expected here."),
      .residents,
      """
      SELECT \(accountColumns), coalesce(e.title, 'the lowest'), coalesce(a.title, 'the lowest')
      FROM puhui.account a
      LEFT JOIN (
        -- By batch: the server's clock may have been set back, and numbers were once taken ahead.
        SELECT DISTINCT ON (e.resident_no) e.resident_no, e.title
        FROM puhui.account_entry e LEFT JOIN puhui.batch b ON b.shard = e.shard AND b.booked_at = e.booked_at
        WHERE \(entryInRange) AND e.kind = 6
        ORDER BY e.resident_no, b.batch_no DESC NULLS LAST, e.entry_no DESC
      ) e USING (resident_no)
      WHERE \(accountInRange) AND a.title IS DISTINCT FROM e.title
      """),
  ]

  private static let accountInRange = "a.shard = $1 AND a.resident_no BETWEEN $2 AND $3"
}
