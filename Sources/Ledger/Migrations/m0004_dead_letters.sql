-- Dead letters: messages that killed every worker that met them, buried as rejected, reason poison. The refusal stays
-- as it was booked; what became of the letter stands here.

-- The key is that of the refusal; decided_shard is the one whose batch retried the letter, at changed_at. state: buried (open), retried (judged again: outcome, reason and detail are the
-- message's one outcome from then on), discarded (closed; the message stays rejected).
CREATE TABLE puhui.dead_letter (
  content uuid NOT NULL,
  incarnation bigint NOT NULL,
  position bigint NOT NULL,
  buried_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  burials int NOT NULL DEFAULT 1,
  shard smallint NOT NULL,
  partner_no smallint NOT NULL,
  decided_shard smallint,
  outcome smallint,
  state text NOT NULL DEFAULT 'buried' CHECK (state IN ('buried', 'retried', 'discarded')),
  stage text NOT NULL CHECK (stage IN ('ingest', 'score')),
  attempts text NOT NULL, -- what is known of the deaths, a line for each burial
  changed_by text,
  activity_id text COLLATE "C",
  resident text COLLATE "C",
  reason text,
  detail text,
  PRIMARY KEY (shard, partner_no, incarnation, position, content),
  CHECK ((state = 'retried') = (outcome IS NOT NULL)),
  CHECK ((state = 'retried') = (decided_shard IS NOT NULL))
);

-- What was buried before.
INSERT INTO puhui.dead_letter (shard, partner_no, incarnation, position, content, activity_id, resident, attempts,
  stage, buried_at, changed_at)
SELECT shard, partner_no, incarnation, position, content, activity_id, resident, detail,
  CASE WHEN detail LIKE '%(stage score)' THEN 'score' ELSE 'ingest' END, received_at, received_at
FROM puhui.refusal WHERE outcome = 8 AND reason = 'poison';

CREATE INDEX dead_letter_open ON puhui.dead_letter (shard, partner_no, incarnation, position, content)
  WHERE state = 'buried';
CREATE INDEX dead_letter_decided ON puhui.dead_letter (decided_shard) WHERE decided_shard IS NOT NULL;
CREATE INDEX dead_letter_activity ON puhui.dead_letter (activity_id) WHERE activity_id IS NOT NULL;
CREATE INDEX dead_letter_resident ON puhui.dead_letter (resident) WHERE resident IS NOT NULL;

CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON puhui.dead_letter
  FOR EACH STATEMENT EXECUTE FUNCTION puhui.refuse_change();

-- Refusals as they stand: of a letter that was retried the later decision, where it is a refusal again.
CREATE VIEW puhui.standing_refusal AS
  SELECT r.shard, r.partner_no, r.incarnation, r.position, r.content, r.outcome, r.activity_id, r.resident, r.reason,
    r.detail, r.received_at, r.received_at AS recorded_at
  FROM puhui.refusal r
  WHERE NOT EXISTS (
    SELECT FROM puhui.dead_letter d
    WHERE d.shard = r.shard AND d.partner_no = r.partner_no AND d.incarnation = r.incarnation
      AND d.position = r.position AND d.content = r.content AND d.state = 'retried')
  UNION ALL
  SELECT d.shard, d.partner_no, d.incarnation, d.position, d.content, d.outcome, d.activity_id, d.resident, d.reason,
    d.detail, d.buried_at, d.changed_at
  FROM puhui.dead_letter d
  WHERE d.state = 'retried' AND d.outcome IN (4, 8);

CREATE OR REPLACE VIEW puhui.outcomes AS
  SELECT p.code AS partner, k.activity_id, a.resident,
    puhui.outcome_code(coalesce(u.outcome, e.outcome)) AS outcome,
    CASE WHEN u.entry_no IS NULL THEN e.reason ELSE u.reason END AS reason,
    CASE WHEN u.entry_no IS NULL THEN e.detail ELSE u.detail END AS detail,
    o.code AS other_partner,
    CASE WHEN u.entry_no IS NULL THEN e.other_activity_id ELSE u.other_activity_id END AS other_activity_id,
    coalesce(u.booked_at, e.booked_at) AS recorded_at
  FROM puhui.activity_key k
  JOIN puhui.entry e ON e.shard = k.shard AND e.resident_no = k.resident_no AND e.entry_no = k.entry_no
  JOIN puhui.account a ON a.shard = k.shard AND a.resident_no = k.resident_no
  JOIN puhui.partner p ON p.partner_no = k.partner_no
  LEFT JOIN LATERAL (
    SELECT * FROM puhui.entry later
    WHERE later.shard = e.shard AND later.refers_to = e.entry_no AND later.kind = 3
    ORDER BY later.entry_no DESC LIMIT 1
  ) u ON true
  LEFT JOIN puhui.partner o
    ON o.partner_no = CASE WHEN u.entry_no IS NULL THEN e.other_partner_no ELSE u.other_partner_no END
  UNION ALL
  SELECT p.code, r.activity_id, r.resident, puhui.outcome_code(r.outcome), r.reason, r.detail,
    CASE WHEN r.outcome = 4 THEN p.code END, CASE WHEN r.outcome = 4 THEN r.activity_id END, r.recorded_at
  FROM puhui.standing_refusal r
  JOIN puhui.partner p ON p.partner_no = r.partner_no;

CREATE OR REPLACE VIEW puhui.rejections AS
  SELECT p.code AS partner, r.activity_id, r.reason, r.detail, puhui.payload_text(y.payload) AS payload, r.received_at,
    r.resident
  FROM puhui.standing_refusal r
  JOIN puhui.partner p ON p.partner_no = r.partner_no
  LEFT JOIN puhui.refusal_payload y
    ON y.shard = r.shard AND y.partner_no = r.partner_no AND y.incarnation = r.incarnation AND y.position = r.position
      AND y.content = r.content
  WHERE r.outcome = 8;

-- name is what `puhui dead` takes. outcome, reason and detail are those that stand.
CREATE VIEW puhui.dead_letters AS
  SELECT lpad(d.shard::text, 2, '0') || '-' || p.code || '-' || d.incarnation || '-' || d.position || '-'
      || left(d.content::text, 8) AS name,
    p.code AS partner, d.activity_id, d.resident, d.stage, d.state, d.burials, d.attempts,
    puhui.outcome_code(coalesce(d.outcome, r.outcome)) AS outcome,
    CASE WHEN d.outcome IS NULL THEN r.reason ELSE d.reason END AS reason,
    CASE WHEN d.outcome IS NULL THEN r.detail ELSE d.detail END AS detail,
    puhui.payload_text(y.payload) AS payload, d.buried_at, d.changed_at, d.changed_by, d.shard, d.incarnation,
    d.position, d.content
  FROM puhui.dead_letter d
  JOIN puhui.partner p ON p.partner_no = d.partner_no
  JOIN puhui.refusal r
    ON r.shard = d.shard AND r.partner_no = d.partner_no AND r.incarnation = d.incarnation AND r.position = d.position
      AND r.content = d.content
  LEFT JOIN puhui.refusal_payload y
    ON y.shard = d.shard AND y.partner_no = d.partner_no AND y.incarnation = d.incarnation AND y.position = d.position
      AND y.content = d.content;
