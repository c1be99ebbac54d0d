/// Harm to numbers, batches, keys, folds, views and positions.
extension AuditDamage {
  static let numbers = [
    AuditDamage(
      check: "entry-numbers", what: "a number that no entry has", victim: fence,
      sql: "UPDATE puhui.fence SET next_entry_no = next_entry_no + 1 WHERE shard = 7", names: ["shard", "entry_no"]),
    AuditDamage(
      check: "entry-numbers", what: "an entry above the fence's next number",
      victim: "SELECT shard, max(entry_no) AS entry_no FROM puhui.entry WHERE shard = 7 GROUP BY shard",
      sql: "UPDATE puhui.fence SET next_entry_no = next_entry_no - 1 WHERE shard = 7", names: ["shard", "entry_no"]),
    AuditDamage(
      check: "entry-numbers", what: "an entry deleted with every trace of it",
      victim: act("e.kind = 1 AND e.outcome = 5 AND a.actions > 0"),
      sql: """
        DELETE FROM puhui.entry e USING victim v
        WHERE e.shard = v.shard AND e.resident_no = v.resident_no AND e.entry_no = v.entry_no;
        DELETE FROM puhui.activity_key k USING victim v
        WHERE k.activity_id = v.activity_id AND k.partner_no = v.partner_no;
        \(updateOutcomes("overlap = l.overlap - 1, received = l.received - 1"))
        """, names: ["shard", "entry_no"], keepsReceived: false),
    AuditDamage(
      check: "resident-numbers", what: "a resident above the fence's next number",
      victim: "SELECT a.* FROM puhui.account a WHERE a.shard = 7 ORDER BY a.resident_no DESC LIMIT 1",
      sql: "UPDATE puhui.fence SET next_resident_no = next_resident_no - 1 WHERE shard = 7", names: accountNames),
    AuditDamage(
      check: "batch-numbers", what: "a number that no batch has", victim: fence,
      sql: "UPDATE puhui.fence SET batch_no = batch_no + 1 WHERE shard = 7", names: ["shard"]),
    AuditDamage(
      check: "batch-numbers", what: "a batch beside the fence", victim: fence,
      sql: "INSERT INTO puhui.batch SELECT batch_no + 1, now(), epoch, 0, shard FROM victim", names: ["shard"]),
    AuditDamage(
      check: "batch-epochs", what: "a batch of an owner of tomorrow", victim: fence,
      sql: """
        UPDATE puhui.batch b SET epoch = v.epoch + 1 FROM victim v WHERE b.shard = v.shard AND b.batch_no = v.batch_no
        """, names: ["shard"]),
    AuditDamage(
      check: "shards", what: "a row of a shard that is not there", victim: "SELECT 40::smallint AS shard",
      sql: "INSERT INTO puhui.batch SELECT 1, now(), 1, 0, shard FROM victim", names: ["shard"]),
  ]

  static let batches = [
    AuditDamage(
      check: "batch-rows", what: "a leg of no batch", victim: credited,
      sql: """
        INSERT INTO puhui.leg_block SELECT 1000000, shard, ARRAY[day], ARRAY[partner_no], ARRAY[behaviour_no], '{0}',
          '{5}', '{5}', '{5}' FROM victim
        """, names: ["shard", "partner"]),
    AuditDamage(
      check: "legs", what: "a milligram more in a leg and its fold", victim: credited,
      sql: updateLegs("reduction_mg = l.reduction_mg + 1"), names: ["shard", "partner"]),
    AuditDamage(
      check: "resident-counts", what: "a resident more in a batch and its fold", victim: fence,
      sql: """
        UPDATE puhui.batch SET residents = residents + 1 WHERE shard = 7 AND batch_no = 1;
        UPDATE puhui.fold SET residents = residents + 1 WHERE shard = 7
        """, names: ["shard"]),
    AuditDamage(
      check: "outcome-sums", what: "a message received that has no outcome", victim: credited,
      sql: updateOutcomes("received = l.received + 1"), names: ["shard", "partner"], keepsReceived: false),
    AuditDamage(
      check: "outcomes", what: "a credited activity counted as duplicate", victim: credited,
      sql: updateOutcomes("credited = l.credited - 1, duplicate = l.duplicate + 1"), names: ["shard", "partner"]),
    AuditDamage(
      check: "outcomes", what: "a refusal deleted",
      victim: """
        SELECT r.*, p.code AS partner FROM puhui.refusal r JOIN puhui.partner p USING (partner_no) WHERE r.outcome = 8
        ORDER BY r.shard, r.position LIMIT 1
        """,
      sql: """
        DELETE FROM puhui.refusal r USING victim v WHERE r.shard = v.shard AND r.partner_no = v.partner_no
          AND r.incarnation = v.incarnation AND r.position = v.position AND r.content = v.content
        """, names: ["shard", "partner"]),
  ]

  static let keys = [
    AuditDamage(
      check: "entry-keys", what: "a key deleted", victim: credited,
      sql: """
        DELETE FROM puhui.activity_key k USING victim v
        WHERE k.activity_id = v.activity_id AND k.partner_no = v.partner_no
        """, names: entryNames),
    AuditDamage(
      check: "entry-keys", what: "a key of no entry",
      victim: """
        SELECT shard, 0::bigint AS entry_no, partner, 'nowhere'::text AS activity_id, resident, resident_no, partner_no
        FROM (\(credited)) e
        """,
      sql: insertKey, names: entryNames),
    AuditDamage(
      check: "entry-keys", what: "a second key of an entry",
      victim: """
        SELECT shard, entry_no, partner, 'second'::text AS activity_id, resident, resident_no, partner_no
        FROM (\(credited)) e
        """, sql: insertKey, names: entryNames),
    AuditDamage(
      check: "one-key", what: "one id for two entries",
      victim: """
        SELECT NULL::smallint AS shard, e.partner, e.activity_id, e.partner_no, o.shard AS other_shard,
          o.entry_no AS other_entry, o.activity_id AS other_id
        FROM (\(credited)) e JOIN puhui.activity_key k USING (activity_id, partner_no)
        CROSS JOIN LATERAL (
          SELECT o.* FROM puhui.activity_key o JOIN puhui.entry t USING (shard, resident_no, entry_no)
          WHERE o.partner_no = e.partner_no AND o.key_shard <> k.key_shard AND o.resident_no < 5 AND t.outcome = 1
            AND NOT EXISTS (SELECT FROM puhui.entry r WHERE r.shard = o.shard AND r.refers_to = o.entry_no)
          ORDER BY o.shard, o.entry_no LIMIT 1) o
        """,
      sql: """
        UPDATE puhui.entry e SET activity_id = v.activity_id FROM victim v
        WHERE e.shard = v.other_shard AND e.entry_no = v.other_entry;
        UPDATE puhui.activity_key k SET activity_id = v.activity_id FROM victim v
        WHERE k.activity_id = v.other_id AND k.partner_no = v.partner_no
        """, names: ["partner", "activity_id"]),
  ]

  static let folds = [
    AuditDamage(
      check: "fold-positions", what: "a resident more in the fold", victim: fence,
      sql: "UPDATE puhui.fold SET residents = residents + 1 WHERE shard = 7", names: ["shard"]),
    AuditDamage(
      check: "fold-positions", what: "a fold that has run ahead", victim: fence,
      sql: "UPDATE puhui.fold SET folded_batch_no = folded_batch_no + 1 WHERE shard = 7", names: ["shard"]),
    AuditDamage(
      check: "day-folds", what: "a point more", victim: credited,
      sql: """
        UPDATE puhui.day_fold l SET points = l.points + 1 FROM victim v WHERE l.day = v.day
          AND l.partner_no = v.partner_no AND l.behaviour_no = v.behaviour_no AND l.region = coalesce(v.region, 0)
        """, names: ["partner"]),
    AuditDamage(
      check: "outcome-folds", what: "a message less", victim: credited,
      sql: """
        UPDATE puhui.outcome_fold l SET credited = l.credited - 1, received = l.received - 1 FROM victim v
        WHERE l.partner_no = v.partner_no
        """, names: ["partner"]),
  ]

  static let views = [
    AuditDamage(
      check: "total-views", what: "totals of somebody's own", victim: fence,
      sql: """
        CREATE OR REPLACE VIEW puhui.totals AS SELECT 1::bigint AS residents, 1::bigint AS actions,
          1::bigint AS reduction_mg, 1::bigint AS points_issued
        """, names: []),
    AuditDamage(
      check: "total-views", what: "a partner that is not counted", victim: "SELECT 'eleme'::text AS partner",
      sql: """
        ALTER VIEW puhui.partner_counts RENAME TO counts;
        CREATE VIEW puhui.partner_counts AS SELECT * FROM puhui.counts WHERE partner <> 'eleme'
        """, names: ["partner"]),
    AuditDamage(
      check: "row-views", what: "an entry that is not shown", victim: newest,
      sql: """
        ALTER VIEW puhui.ledger RENAME TO shown;
        DO $$ BEGIN EXECUTE format('CREATE VIEW puhui.ledger AS SELECT * FROM puhui.shown WHERE entry_id <> %s',
          (SELECT puhui.entry_id(shard, entry_no) FROM victim)); END $$
        """, names: accountNames),
    AuditDamage(
      check: "row-views", what: "an outcome that is not shown", victim: newest,
      sql: """
        ALTER VIEW puhui.outcomes RENAME TO shown;
        DO $$ BEGIN EXECUTE format('CREATE VIEW puhui.outcomes AS SELECT * FROM puhui.shown WHERE activity_id <> %L',
          (SELECT activity_id FROM victim)); END $$
        """, names: entryNames),
  ]

  static let newest = """
    SELECT e.*, p.code AS partner, a.resident
    FROM puhui.entry e JOIN puhui.account a USING (shard, resident_no) JOIN puhui.partner p USING (partner_no)
    JOIN puhui.fence f USING (shard)
    WHERE e.shard = 7 AND e.kind = 1 AND e.outcome = 1 AND e.resident_no >= f.next_resident_no - 10
    ORDER BY e.entry_no DESC LIMIT 1
    """

  static let refused = """
    SELECT r.*, p.code AS partner FROM puhui.refusal r JOIN puhui.partner p USING (partner_no)
    WHERE r.outcome = 8 AND r.activity_id IS NOT NULL AND r.resident IS NOT NULL ORDER BY r.shard, r.position LIMIT 1
    """

  static let positions = [
    AuditDamage(
      check: "refusal-positions", what: "a refusal ahead of its inbox",
      victim: refused,
      sql: """
        UPDATE puhui.refusal r SET position = 1000000 FROM victim v WHERE r.shard = v.shard
          AND r.partner_no = v.partner_no AND r.incarnation = v.incarnation AND r.position = v.position
        """, names: ["shard", "partner", "activity_id", "resident"]),
    AuditDamage(
      check: "dead-letters", what: "a burial without a letter", victim: refused,
      sql: """
        UPDATE puhui.refusal r SET reason = 'poison' FROM victim v WHERE r.shard = v.shard
          AND r.partner_no = v.partner_no AND r.incarnation = v.incarnation AND r.position = v.position
        """, names: ["shard", "partner", "activity_id", "resident"]),
    AuditDamage(
      check: "dead-letters", what: "a letter of a message that was refused for something else", victim: refused,
      sql: """
        INSERT INTO puhui.dead_letter (shard, partner_no, incarnation, position, content, activity_id, resident,
          attempts, stage, buried_at, changed_at)
        SELECT shard, partner_no, incarnation, position, content, activity_id, resident, '', 'score', now(), now()
        FROM victim
        """, names: ["shard", "partner", "activity_id", "resident"]),
    AuditDamage(
      check: "received", what: "a message that left its inbox and has no outcome",
      victim:
        "SELECT NULL::smallint AS shard, p.code AS partner, p.partner_no FROM puhui.partner p WHERE code = 'eleme'",
      sql: """
        UPDATE puhui.fence f SET inbox_position = ARRAY(
          SELECT u.position + (u.partner_no = v.partner_no)::int
          FROM unnest(f.inbox_partner_no, f.inbox_position) WITH ORDINALITY u(partner_no, position, place)
          ORDER BY u.place)
        FROM victim v
        """, names: ["partner"]),
  ]
}
