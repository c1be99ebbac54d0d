/// Reversals and upgrades against the entries that they are about. Few entries are, and an index finds them.
extension AuditCheck {
  static let decisions = [
    AuditCheck(
      AuditTopic(
        "entry-references", "I3", holds: "reversals and upgrades refer to an earlier activity of the same resident",
        meaning: "Something was taken back, or decided again, that is not there or is another act.",
        advice: "Look for a deleted or changed entry, and compare with a backup."),
      .shard,
      """
      SELECT \(entryColumns),
        format('entry %s, an earlier act with the same resident, partner, behaviour, quantity and time', e.refers_to),
        coalesce(format('entry %s, %s of %s, outcome %s', t.entry_no, puhui.kind_code(t.kind), t.activity_id,
          puhui.outcome_code(t.outcome)), 'none')
      FROM puhui.entry e LEFT JOIN puhui.entry t ON t.shard = e.shard AND t.resident_no = e.resident_no
        AND t.occurred_at = e.occurred_at AND t.entry_no = e.refers_to
      WHERE e.shard = $1 AND e.refers_to IS NOT NULL AND (
        t.kind = 1 AND t.entry_no < e.entry_no
        AND (t.partner_no, t.behaviour_no, t.quantity) = (e.partner_no, e.behaviour_no, e.quantity)
        AND t.region IS NOT DISTINCT FROM e.region
        AND CASE e.kind WHEN 3 THEN e.activity_id = t.activity_id AND t.outcome IN (5, 6)
          ELSE e.other_activity_id = t.activity_id END) IS NOT TRUE
      """),
    AuditCheck(
      AuditTopic(
        "decided-once", "I3", holds: "an activity is taken back once, and credited late once",
        meaning: "One act was taken back twice, or credited twice.",
        advice: "Look at the resident's statement; the later entry is the one too many. Book what corrects it, and "
          + "report it as a defect."),
      .shard,
      """
      SELECT \(entryColumns),
        format('one %s for entry %s', CASE e.kind WHEN 2 THEN 'reversal' ELSE 'crediting upgrade' END, e.refers_to),
        format('number %s; the first one is entry %s', e.place, e.first)
      FROM (
        SELECT e.*, row_number() OVER same AS place, min(e.entry_no) OVER same AS first
        FROM puhui.entry e WHERE e.shard = $1 AND e.refers_to IS NOT NULL AND (e.kind = 2 OR e.outcome IN (1, 2))
        WINDOW same AS (PARTITION BY e.refers_to, e.kind ORDER BY e.entry_no)) e
      WHERE e.place > 1
      """),
    AuditCheck(
      AuditTopic(
        "reversal-amounts", "I2", holds: "a reversal takes back exactly what stood",
        meaning: "A resident kept something of an act that did not stand, or lost more than it was worth.",
        advice: "Compare the two entries; book what corrects the difference, and report it as a defect."),
      .shard,
      """
      SELECT \(entryColumns),
        format('%s millionths, %s mg, %s nanopoints, as entry %s', -s.credited_quantity, -s.reduction_mg, -s.nanopoints,
          s.entry_no),
        format('%s millionths, %s mg, %s nanopoints', e.credited_quantity, e.reduction_mg, e.nanopoints)
      FROM puhui.entry e CROSS JOIN LATERAL (
        SELECT * FROM (
          SELECT * FROM puhui.entry t WHERE t.shard = e.shard AND t.resident_no = e.resident_no
            AND t.occurred_at = e.occurred_at AND t.entry_no = e.refers_to
          UNION ALL
          -- What had lost to another act and was credited late stands by that.
          SELECT * FROM puhui.entry u WHERE u.shard = e.shard AND u.refers_to = e.refers_to AND u.kind = 3
            AND u.entry_no < e.entry_no
        ) s ORDER BY s.entry_no DESC LIMIT 1) s
      WHERE e.shard = $1 AND e.refers_to IS NOT NULL AND e.kind = 2
        AND ((e.credited_quantity, e.reduction_mg, e.nanopoints)
            <> (-s.credited_quantity, -s.reduction_mg, -s.nanopoints)
          OR s.outcome NOT IN (1, 2) OR s.credited_quantity <= 0)
      """),
  ]
}
