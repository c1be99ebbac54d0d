/// Entries by themselves, and against the catalogue.
extension AuditCheck {
  static let entries = [
    AuditCheck(
      AuditTopic(
        "entry-form", "I3", holds: "what an entry says of itself fits together",
        meaning: "An entry was changed, or written by something else than scoring.",
        advice: "Entries cannot be changed while their trigger stands: look for who switched it off, and compare with "
          + "a backup."),
      .residents, entriesBreaking(formRules)),
    AuditCheck(
      AuditTopic(
        "entry-factor", "I7", holds: "every entry's factor version was valid at its occurrence",
        meaning: "Grams were credited by a factor that was not approved for that day, partner, behaviour or region.",
        advice: "Compare with `puhui catalogue show --history`; have the partner reverse the activity and report it "
          + "again if the factor was wrong."),
      .residents,
      """
      SELECT \(entryColumns),
        format('a factor of %s for its partner and region, valid on %s', \(behaviour("e")), \(localDay)),
        coalesce(format('%s: %s to %s', f.version, f.valid_from, coalesce(f.valid_to::text, 'open')), 'none')
      FROM puhui.entry e LEFT JOIN puhui.factor f ON f.factor_no = e.factor_no
      LEFT JOIN unnest($6, $7) w(factor_no, valid_to) ON w.factor_no = e.factor_no
      WHERE \(entryInRange) AND e.outcome IN (1, 2, 7) AND (
        f.behaviour_no = e.behaviour_no AND (f.partner_no IS NULL OR f.partner_no = e.partner_no)
        AND (f.region IS NULL OR e.region / \(openDigits) = f.region / \(openDigits)) AND \(localDay) >= f.valid_from
        AND (f.valid_to IS NULL OR \(localDay) <= f.valid_to
          OR w.factor_no IS NOT NULL AND (w.valid_to IS NULL OR \(localDay) <= w.valid_to))) IS NOT TRUE
      """),
    AuditCheck(
      AuditTopic(
        "entry-reduction", "I7", holds: "an entry's milligrams are its credited quantity times its factor, floored",
        meaning: "Grams were credited that the factor does not give.",
        advice: "Look for who changed the entry or the factor's row, and compare with a backup."),
      .residents,
      """
      SELECT \(entryColumns), format('%s mg', e.worth), format('%s mg', e.reduction_mg)
      FROM (
        SELECT e.*, CASE WHEN e.credited_quantity < 0 THEN -1 ELSE 1 END
          * div(abs(e.credited_quantity::numeric) * u.base * f.grams * 1000, v.base * 1000000 * f.per) AS worth
        FROM puhui.entry e JOIN puhui.factor f ON f.factor_no = e.factor_no
        JOIN puhui.behaviour b ON b.behaviour_no = e.behaviour_no
        JOIN unnest($8, $9) u(unit, base) ON u.unit = b.unit JOIN unnest($8, $9) v(unit, base) ON v.unit = f.unit
        WHERE \(entryInRange) AND e.outcome IN (1, 2, 7)) e
      WHERE e.reduction_mg <> e.worth
      """),
    AuditCheck(
      AuditTopic(
        "entry-points", "I2", holds: "an entry's points are the step between two floors of its resident's exact total",
        meaning: "A statement shows points that do not add up to the account's.",
        advice: "Look for who changed the entry, and compare with a backup."),
      .residents,
      """
      SELECT \(entryColumns), format('%s points', e.step), format('%s points', e.points)
      FROM (
        SELECT e.*, floor(e.total / 1000000000) - floor((e.total - e.nanopoints) / 1000000000) AS step
        FROM (
          SELECT e.shard, e.entry_no, e.resident_no, e.kind, e.partner_no, e.activity_id, e.points, e.nanopoints,
            sum(e.nanopoints) OVER (PARTITION BY e.resident_no ORDER BY e.entry_no ROWS UNBOUNDED PRECEDING) AS total
          FROM puhui.entry e WHERE \(entryInRange)) e) e
      WHERE e.points <> e.step
      """),
  ]

  /// The digits of a factor's region that are left open, as a power of ten: `140000` is a whole province.
  private static let openDigits =
    "(CASE WHEN f.region % 10000 = 0 THEN 10000 WHEN f.region % 100 = 0 THEN 100 ELSE 1 END)"

  /// What must hold of an entry `e`, and how to say so.
  private static let formRules: [(condition: String, expected: String)] = [
    (
      "e.kind = 2 AND e.outcome = 7 OR e.kind IN (1, 3) AND e.outcome IN (1, 2, 5, 6) "
        + "OR e.kind = 3 AND e.outcome = 8 AND e.reason = 'review_refused'",
      "kind and outcome that go together"
    ),
    ("(e.kind = 1) = (e.refers_to IS NULL)", "a reference to another entry in reversals and upgrades only"),
    (
      "e.outcome NOT IN (5, 6, 8) "
        + "OR e.credited_quantity = 0 AND e.reduction_mg = 0 AND e.nanopoints = 0 AND e.points = 0",
      "nothing credited"
    ),
    (
      "e.outcome <> 5 OR e.other_partner_no IS NOT NULL AND e.other_activity_id IS NOT NULL", "the other activity named"
    ),
    ("e.outcome <> 1 OR e.credited_quantity = e.quantity", "all of the quantity credited"),
    ("e.outcome <> 2 OR e.credited_quantity >= 0 AND e.credited_quantity < e.quantity", "a part of it credited"),
    (
      "CASE e.kind WHEN 2 THEN e.credited_quantity < 0 AND e.reduction_mg <= 0 AND e.nanopoints <= 0 "
        + "ELSE e.credited_quantity >= 0 AND e.reduction_mg >= 0 AND e.nanopoints >= 0 END",
      "amounts below 0 in reversals only"
    ),
  ]

  private static func entriesBreaking(_ rules: [(condition: String, expected: String)]) -> String {
    let cases = rules.map { "WHEN (\($0.condition)) IS NOT TRUE THEN '\($0.expected)'" }
    return """
      SELECT \(entryColumns), CASE \(cases.joined(separator: "\n")) END,
        format('kind %s, outcome %s, %s of %s millionths, %s mg, %s nanopoints, %s points, refers to %s', e.kind,
          e.outcome, e.credited_quantity, e.quantity, e.reduction_mg, e.nanopoints, e.points,
          coalesce(e.refers_to::text, 'none'))
      FROM puhui.entry e
      WHERE \(entryInRange) AND (\(rules.map { "(\($0.condition))" }.joined(separator: "\nAND "))) IS NOT TRUE
      """
  }
}
