/// One thing done to the books by hand, and the check that has to find it, and nothing but it.
struct AuditDamage {
  /// The code of the check.
  var check: String
  var what: String
  /// Who is harmed, with the columns `shard`, `entry_no`, `partner`, `activity_id`, `resident` that the finding has to
  /// name, and whatever the damage needs besides.
  var victim: String
  /// Statements; the victim is in table `victim`.
  var sql: String
  /// What the finding must name of the victim.
  var names: [String]
  /// Whether it leaves the number of received messages as it is.
  var keepsReceived = true
}

extension AuditDamage {
  /// An act of an early resident that was credited, and that nothing refers to.
  static func act(_ condition: String, names: String = "shard, entry_no, partner, activity_id, resident")
    -> String
  {
    """
    SELECT e.*, p.code AS partner, a.resident, a.actions AS resident_actions,
      (e.occurred_at AT TIME ZONE 'Asia/Shanghai')::date AS day, b.batch_no
    FROM puhui.entry e JOIN puhui.account a USING (shard, resident_no) JOIN puhui.partner p USING (partner_no)
    JOIN puhui.batch b ON b.shard = e.shard AND b.booked_at = e.booked_at
    JOIN puhui.fence f ON f.shard = e.shard
    WHERE e.resident_no < f.next_resident_no - 21 AND (\(condition))
      AND NOT EXISTS (SELECT FROM puhui.entry r WHERE r.shard = e.shard AND r.refers_to = e.entry_no)
    ORDER BY e.shard, e.entry_no LIMIT 1
    """
  }

  static let credited = act("e.kind = 1 AND e.outcome = 1 AND e.reduction_mg > 0")

  static func account(_ condition: String) -> String {
    """
    SELECT a.*, f.next_resident_no FROM puhui.account a JOIN puhui.fence f USING (shard)
    WHERE a.resident_no < f.next_resident_no - 21 AND (\(condition)) ORDER BY a.shard, a.resident_no LIMIT 1
    """
  }

  static let fence = "SELECT f.*, f.next_entry_no AS entry_no FROM puhui.fence f WHERE f.shard = 7"

  static func updateAccount(_ set: String) -> String {
    "UPDATE puhui.account a SET \(set) FROM victim v WHERE a.shard = v.shard AND a.resident_no = v.resident_no;"
  }

  static func updateEntry(_ set: String) -> String {
    """
    UPDATE puhui.entry e SET \(set) FROM victim v
    WHERE e.shard = v.shard AND e.resident_no = v.resident_no AND e.entry_no = v.entry_no;
    """
  }

  /// Legs and their fold, alike.
  static func updateLegs(_ set: String) -> String {
    let isVictims = """
      (l.day, l.partner_no, l.behaviour_no, l.region) = (v.day, v.partner_no, v.behaviour_no, coalesce(v.region, 0))
      """
    return """
      CREATE TEMP TABLE damaged AS SELECT l.* FROM puhui.leg l JOIN victim USING (shard, batch_no);
      UPDATE damaged l SET \(set) FROM victim v WHERE \(isVictims);
      UPDATE puhui.leg_block b SET reduction_mg = d.reduction_mg, points = d.points, actions = d.actions
      FROM (SELECT shard, batch_no, \(["reduction_mg", "points", "actions"].map(legColumn).joined(separator: ", "))
        FROM damaged GROUP BY 1, 2) d
      WHERE b.shard = d.shard AND b.batch_no = d.batch_no;
      DROP TABLE damaged;
      UPDATE puhui.day_fold l SET \(set) FROM victim v WHERE \(isVictims);
      """
  }

  /// A column of a block's legs, in their order.
  private static func legColumn(_ name: String) -> String {
    "array_agg(\(name) ORDER BY day, partner_no, behaviour_no, region) AS \(name)"
  }

  static func updateOutcomes(_ set: String) -> String {
    """
    CREATE TEMP TABLE damaged AS SELECT l.* FROM puhui.outcome_leg l JOIN victim USING (shard, batch_no);
    UPDATE damaged l SET \(set) FROM victim v WHERE l.partner_no = v.partner_no;
    UPDATE puhui.batch b SET counts = d.counts
    FROM (SELECT l.shard, l.batch_no, array_agg(c.n ORDER BY l.partner_no, c.place) AS counts
      FROM damaged l CROSS JOIN LATERAL unnest(ARRAY[l.received, l.credited, l.capped, l.duplicate, l.conflict,
        l.overlap, l.held, l.reversal, l.rejected]) WITH ORDINALITY c(n, place) GROUP BY 1, 2) d
    WHERE b.shard = d.shard AND b.batch_no = d.batch_no;
    DROP TABLE damaged;
    UPDATE puhui.outcome_fold l SET \(set) FROM victim v WHERE l.partner_no = v.partner_no;
    """
  }

  static let insertKey = """
    INSERT INTO puhui.activity_key
    SELECT gen_random_uuid(), entry_no, resident_no, shard, 0, partner_no, activity_id FROM victim
    """

  static let entryNames = ["shard", "entry_no", "partner", "activity_id", "resident"]
  static let accountNames = ["shard", "resident"]

  static let all = accounts + rewards + entries + decisions + numbers + batches + keys + folds + views + positions

  static let accounts = [
    AuditDamage(
      check: "account-sums", what: "a milligram more", victim: account("true"),
      sql: updateAccount("reduction_mg = a.reduction_mg + 1"), names: accountNames),
    AuditDamage(
      check: "account-sums", what: "an action less", victim: account("a.actions > 1"),
      sql: updateAccount("actions = a.actions - 1"), names: accountNames),
    AuditDamage(
      check: "account-sums", what: "an account deleted",
      victim: "SELECT shard, resident_no FROM (\(account("a.actions = 0 AND a.reduction_mg = 0"))) a",
      sql: "DELETE FROM puhui.account a USING victim v WHERE a.shard = v.shard AND a.resident_no = v.resident_no",
      names: ["shard"]),
    AuditDamage(
      check: "account-sums", what: "an account without entries",
      victim: "SELECT 3::smallint AS shard, 'nobody'::text AS resident",
      sql: "INSERT INTO puhui.account SELECT 0, 0, 0, 0, 0, 0, now(), now(), 0, shard, resident FROM victim",
      names: accountNames),
    AuditDamage(
      check: "account-points", what: "a point more, in its lot", victim: account("a.points_available > 0"),
      sql: updateAccount("points_available = a.points_available + 1, lots[1] = a.lots[1] + 1"), names: accountNames),
    AuditDamage(
      check: "account-held", what: "points held for nothing", victim: account("true"),
      sql: updateAccount("points_held = a.points_held + 1"), names: accountNames),
    AuditDamage(
      check: "account-lots", what: "a point without a lot", victim: account("a.points_available > 1"),
      sql: updateAccount("lots[1] = a.lots[1] - 1"), names: accountNames),
    AuditDamage(
      check: "account-lots", what: "a lot in two", victim: account("a.points_available > 1"),
      sql: updateAccount("lots = ARRAY[a.lots[1] >> 40 << 40 | 1, a.lots[1] - 1] || a.lots[2:]"), names: accountNames),
    AuditDamage(
      check: "account-split", what: "points that a debt should have paid", victim: account("a.points_available > 0"),
      sql: updateAccount(
        "points_available = a.points_available + 5, points_debt = a.points_debt + 5, lots[1] = a.lots[1] + 5"),
      names: accountNames),
    AuditDamage(
      check: "account-title", what: "a title that nobody gave", victim: account("a.title IS NULL"),
      sql: updateAccount("title = 'carbon-pioneer'"), names: accountNames),
    AuditDamage(
      check: "account-latest", what: "a latest activity of long ago", victim: account("true"),
      sql: updateAccount("latest_at = a.latest_at - interval '10 years'"), names: accountNames),
    AuditDamage(
      check: "one-account", what: "two accounts of one resident",
      victim: "SELECT NULL::smallint AS shard, resident FROM puhui.account WHERE shard = 4 AND resident_no = 1",
      sql: """
        ALTER TABLE puhui.account DROP CONSTRAINT account_one_name;
        UPDATE puhui.account a SET resident = v.resident FROM victim v WHERE a.shard = 9 AND a.resident_no = 1
        """,
      names: ["resident"]),
  ]

  static let entries = [
    AuditDamage(
      check: "entry-form", what: "an overlap with nothing", victim: act("e.kind = 1 AND e.outcome = 5"),
      sql: updateEntry("other_activity_id = NULL"), names: entryNames),
    AuditDamage(
      check: "entry-form", what: "another quantity", victim: credited, sql: updateEntry("quantity = e.quantity + 1"),
      names: entryNames),
    AuditDamage(
      check: "entry-factor", what: "a factor of later days", victim: credited,
      sql: """
        INSERT INTO puhui.factor SELECT 1000, 'of-later-days', f.behaviour_no, f.partner_no, f.region, f.grams, f.per,
          f.unit, '2030-01-01', NULL, f.source, f.grade, f.borrowed_from, false
        FROM puhui.factor f JOIN victim v USING (factor_no);
        \(updateEntry("factor_no = 1000"))
        """, names: entryNames),
    AuditDamage(
      check: "entry-reduction", what: "a milligram more, and every sum along with it", victim: credited,
      sql: updateEntry("reduction_mg = e.reduction_mg + 1") + updateAccount("reduction_mg = a.reduction_mg + 1")
        + updateLegs("reduction_mg = l.reduction_mg + 1"), names: entryNames),
    AuditDamage(
      check: "entry-points", what: "a point more, and every sum along with it",
      victim: act("e.kind = 1 AND e.outcome = 1 AND a.points_available > 0"),
      sql: updateEntry("points = e.points + 1") + updateLegs("points = l.points + 1")
        + updateAccount("points_available = a.points_available + 1, lots[1] = a.lots[1] + 1"), names: entryNames),
  ]

  static let decisions = [
    AuditDamage(
      check: "entry-references", what: "a reversal of nothing", victim: act("e.kind = 2"),
      sql: updateEntry("refers_to = -1"), names: entryNames),
    AuditDamage(
      check: "entry-references", what: "an upgrade of another activity",
      victim: "SELECT shard, entry_no, resident_no, partner, resident FROM (\(act("e.kind = 3"))) e",
      sql: updateEntry("activity_id = 'another'"), names: ["shard", "entry_no", "partner", "resident"]),
    AuditDamage(
      check: "decided-once", what: "a second reversal, and every sum along with it",
      victim: """
        SELECT e.shard, f.next_entry_no AS entry_no, e.partner, e.activity_id || '-again' AS activity_id, e.resident,
          e.entry_no AS first, e.resident_no, e.partner_no, e.behaviour_no, e.region, e.day, e.batch_no, e.reduction_mg,
          e.nanopoints, floor((a.nanopoints + e.nanopoints) / 1e9)::bigint - floor(a.nanopoints / 1e9)::bigint AS points
        FROM (\(act("e.kind = 2 AND a.actions > 2 AND a.points_available + 2 * e.points > 2 AND cardinality(a.lots) = 1"))) e
        JOIN puhui.fence f USING (shard) JOIN puhui.account a USING (shard, resident_no)
        """,
      sql: """
        INSERT INTO puhui.entry
        SELECT v.entry_no, e.quantity, e.credited_quantity, e.reduction_mg, v.points, e.nanopoints, e.occurred_at,
          e.booked_at, e.started_at, e.refers_to, e.claimed_mg, e.sequence, e.evidence, e.resident_no,
          e.factor_no, e.region, e.shard, e.kind, e.outcome, e.partner_no, e.behaviour_no, e.other_partner_no,
          v.activity_id, e.reason, e.detail, e.other_activity_id
        FROM victim v JOIN puhui.entry e
          ON e.shard = v.shard AND e.resident_no = v.resident_no AND e.entry_no = v.first;
        \(insertKey);
        UPDATE puhui.fence f SET next_entry_no = f.next_entry_no + 1 FROM victim v WHERE f.shard = v.shard;
        \(updateAccount("""
          actions = a.actions - 1, reduction_mg = a.reduction_mg + v.reduction_mg, nanopoints = a.nanopoints
            + v.nanopoints, points_available = a.points_available + v.points,
            lots[1] = a.lots[1] + v.points
          """))
        \(updateLegs("""
          actions = l.actions - 1, reduction_mg = l.reduction_mg + v.reduction_mg, points = l.points + v.points
          """))
        \(updateOutcomes("reversal = l.reversal + 1, received = l.received + 1"))
        """, names: entryNames, keepsReceived: false),
    AuditDamage(
      check: "reversal-amounts", what: "a billionth of a point too much taken back",
      victim: act(
        """
        e.kind = 2 AND a.nanopoints % 1000000000 > 10
          AND NOT EXISTS (SELECT FROM puhui.entry n WHERE n.shard = e.shard AND n.resident_no = e.resident_no
            AND n.entry_no > e.entry_no)
        """),
      sql: updateEntry("nanopoints = e.nanopoints - 1") + updateAccount("nanopoints = a.nanopoints - 1"),
      names: entryNames),
  ]
}
