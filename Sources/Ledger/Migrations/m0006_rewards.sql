-- Rewards: points in lots, redemptions in two phases, jobs and their remembered answers.

-- A lot is one number: (last day that it may be spent on, counted from 1970-01-01) << 40 | points. In order of expiry, so
-- the first element expires first; their sum is points_available. title: the highest reached, where above the lowest.
ALTER TABLE puhui.account
  ADD COLUMN lots bigint[] NOT NULL DEFAULT '{}',
  ADD COLUMN title text;

-- What was there before lots counts as earned now.
UPDATE puhui.account SET lots = ARRAY[
    ((date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai') + interval '13 months')::date - 1 - date '1970-01-01')::bigint
      << 40 | points_available]
  WHERE points_available > 0;
UPDATE puhui.account a SET title =
  (SELECT t.code FROM puhui.title t WHERE t.from_mg <= a.reduction_mg AND t.from_mg > 0 ORDER BY t.from_mg DESC LIMIT 1);

CREATE FUNCTION puhui.lot_day(lot bigint) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT date '1970-01-01' + (lot >> 40)::int
$$;

CREATE FUNCTION puhui.lot_points(lot bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT lot & ((1::bigint << 40) - 1)
$$;

CREATE FUNCTION puhui.lots_points(lots bigint[]) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(sum(lot & ((1::bigint << 40) - 1)), 0)::bigint FROM unnest(lots) lot
$$;

-- What is booked on an account and comes from no activity. kind: 1 hold, 2 capture, 3 release, 4 expiry, 5 adjustment,
-- 6 title. points: what it did to available less debt; held: what it did to held. lots: which it moved.
CREATE SEQUENCE puhui.account_entry_no CACHE 32;

CREATE TABLE puhui.account_entry (
  entry_no bigint NOT NULL DEFAULT nextval('puhui.account_entry_no'),
  points bigint NOT NULL,
  held bigint NOT NULL,
  booked_at timestamptz NOT NULL,
  resident_no int NOT NULL,
  shard smallint NOT NULL,
  kind smallint NOT NULL,
  job_id text COLLATE "C",
  booked_by text,
  reason text,
  title text,
  lots bigint[],
  PRIMARY KEY (shard, resident_no, entry_no)
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON puhui.account_entry
  FOR EACH STATEMENT EXECUTE FUNCTION puhui.refuse_change();

-- Titles that were there before.
INSERT INTO puhui.account_entry (points, held, booked_at, resident_no, shard, kind, reason, title)
SELECT 0, 0, now(), a.resident_no, a.shard, 6, 'risen', a.title FROM puhui.account a WHERE a.title IS NOT NULL;

-- Every job that had a usable id, and what it was answered; NULL while something else has to happen first.
CREATE TABLE puhui.job (
  job_id text COLLATE "C" PRIMARY KEY,
  content uuid NOT NULL,
  received_at timestamptz NOT NULL,
  answered_at timestamptz,
  resident_no int, -- whose it is, where one is named: an erased resident's answers go
  shard smallint,
  speaker text NOT NULL,
  op text NOT NULL,
  answer text
);

CREATE INDEX job_resident ON puhui.job (shard, resident_no) WHERE resident_no IS NOT NULL;

-- status: awaiting_approval, held (fulfilment not handed over yet), fulfilling, captured, released, expired.
DROP VIEW puhui.redemptions;
DROP TABLE puhui.redemption;
CREATE TABLE puhui.redemption (
  job_id text COLLATE "C" PRIMARY KEY,
  quantity bigint NOT NULL CHECK (quantity > 0),
  points bigint NOT NULL CHECK (points >= 0),
  created_at timestamptz NOT NULL,
  deadline timestamptz, -- while it is open
  settled_at timestamptz,
  resident_no int NOT NULL,
  shard smallint NOT NULL,
  status text NOT NULL
    CHECK (status IN ('awaiting_approval', 'held', 'fulfilling', 'captured', 'released', 'expired')),
  reward text NOT NULL,
  partner text, -- who delivers it
  administrator text NOT NULL,
  approved_by text,
  reason text,
  lots bigint[] NOT NULL, -- what it took, for the way back
  CHECK ((settled_at IS NOT NULL) = (status IN ('captured', 'released', 'expired'))),
  CHECK (puhui.lots_points(lots) = points)
) WITH (fillfactor = 70);

CREATE INDEX redemption_resident ON puhui.redemption (shard, resident_no, reward);
CREATE INDEX redemption_deadline ON puhui.redemption (deadline) WHERE deadline IS NOT NULL;
CREATE INDEX redemption_held ON puhui.redemption (job_id) WHERE status = 'held';

CREATE VIEW puhui.redemptions AS
  SELECT r.job_id, a.resident, r.reward, r.quantity, r.points, r.status, r.reason, r.created_at, r.settled_at,
    r.partner, r.deadline, r.administrator, r.approved_by
  FROM puhui.redemption r
  JOIN puhui.account a ON a.shard = r.shard AND a.resident_no = r.resident_no;

-- stocked = available + held + captured, in pieces; the points of a reward's budget beside them.
CREATE TABLE puhui.reward_stock (
  reward text PRIMARY KEY,
  stocked bigint NOT NULL DEFAULT 0,
  available bigint NOT NULL DEFAULT 0 CHECK (available >= 0),
  held bigint NOT NULL DEFAULT 0 CHECK (held >= 0),
  captured bigint NOT NULL DEFAULT 0 CHECK (captured >= 0),
  points_held bigint NOT NULL DEFAULT 0 CHECK (points_held >= 0),
  points_captured bigint NOT NULL DEFAULT 0 CHECK (points_captured >= 0),
  CHECK (stocked = available + held + captured)
) WITH (fillfactor = 10);

CREATE TABLE puhui.reward_code (
  code_no bigint GENERATED ALWAYS AS IDENTITY,
  reward text NOT NULL,
  code text COLLATE "C" NOT NULL,
  job_id text COLLATE "C", -- the redemption that it was given to
  PRIMARY KEY (reward, code)
) WITH (fillfactor = 70);

CREATE INDEX reward_code_given ON puhui.reward_code (job_id) WHERE job_id IS NOT NULL;
CREATE INDEX reward_code_free ON puhui.reward_code (reward, code_no) WHERE job_id IS NULL;

CREATE TABLE puhui.adjustment (
  job_id text COLLATE "C" PRIMARY KEY,
  points bigint NOT NULL,
  created_at timestamptz NOT NULL,
  deadline timestamptz,
  settled_at timestamptz,
  resident_no int NOT NULL,
  shard smallint NOT NULL,
  status text NOT NULL CHECK (status IN ('awaiting_approval', 'applied', 'expired')),
  administrator text NOT NULL,
  approved_by text,
  reason text NOT NULL
);

CREATE INDEX adjustment_deadline ON puhui.adjustment (deadline) WHERE deadline IS NOT NULL;

-- Reviews of held activities on their way: only the shard's scoring lane decides, and says here what became of it.
CREATE TABLE puhui.review (
  job_id text COLLATE "C" PRIMARY KEY,
  entry_no bigint NOT NULL, -- of the held activity
  requested_at timestamptz NOT NULL,
  forwarded_at timestamptz,
  decided_at timestamptz,
  resident_no int NOT NULL,
  shard smallint NOT NULL,
  partner_no smallint NOT NULL,
  outcome smallint, -- NULL until decided
  activity_id text COLLATE "C" NOT NULL,
  decision text NOT NULL CHECK (decision IN ('accept', 'refuse')),
  administrator text NOT NULL,
  reason text NOT NULL
);

CREATE INDEX review_open ON puhui.review (requested_at) WHERE outcome IS NULL;

-- Residents that were erased, as a keyed hash: what comes later for them is refused.
CREATE TABLE puhui.tombstone (
  mark bytea PRIMARY KEY,
  erased_at timestamptz NOT NULL
);

-- HMAC-SHA256 (RFC 2104) with the secret `tombstone`: the key's two pads, and the mark of a resident. The key has no
-- more bytes than a block of the hash; NULL where it has not been made.
CREATE FUNCTION puhui.tombstone_pads(OUT inner_pad bytea, OUT outer_pad bytea)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT string_agg(set_byte('\x00', 0, k.byte # 54), ''::bytea ORDER BY k.place),
    string_agg(set_byte('\x00', 0, k.byte # 92), ''::bytea ORDER BY k.place)
  FROM (
    SELECT place, CASE WHEN place < length(s.bytes) THEN get_byte(s.bytes, place) ELSE 0 END AS byte
    FROM puhui.secret s CROSS JOIN generate_series(0, 63) place WHERE s.name = 'tombstone') k
$$;

CREATE FUNCTION puhui.tombstone_mark(resident text) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT sha256(p.outer_pad || sha256(p.inner_pad || convert_to(resident, 'UTF8'))) FROM puhui.tombstone_pads() p
$$;

-- How far the expiry of a day has come in each shard.
CREATE TABLE puhui.expiry_run (
  points bigint NOT NULL DEFAULT 0,
  day date NOT NULL,
  accounts int NOT NULL DEFAULT 0,
  next_resident_no int NOT NULL DEFAULT 0,
  shard smallint NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (day, shard)
);

-- A refusal may lose its resident's name, and nothing else.
CREATE FUNCTION puhui.refuse_change_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  OLD.resident := NULL;
  IF NEW IS DISTINCT FROM OLD THEN
    RAISE EXCEPTION 'puhui.% is append-only: book a correcting entry instead', TG_TABLE_NAME
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

DROP TRIGGER append_only ON puhui.refusal;
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON puhui.refusal
  FOR EACH STATEMENT EXECUTE FUNCTION puhui.refuse_change();
CREATE TRIGGER only_erasure BEFORE UPDATE ON puhui.refusal
  FOR EACH ROW EXECUTE FUNCTION puhui.refuse_change_but_erasure();

CREATE FUNCTION puhui.account_kind_code(kind smallint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (ARRAY['hold', 'capture', 'release', 'expiry', 'adjustment', 'title'])[kind]
$$;

-- What was booked on residents' accounts. Activities that ended overlap or held stand in puhui.outcomes alone. The points
-- of a resident add up to points_available less points_debt, and points_held to points_held. Numbers of account entries
-- begin in the middle of a shard's.
CREATE OR REPLACE VIEW puhui.ledger AS
  SELECT puhui.entry_id(e.shard, e.entry_no) AS entry_id, a.resident, puhui.kind_code(e.kind) AS kind,
    p.code AS partner, e.activity_id, b.code AS behaviour, puhui.decimal(e.quantity) AS quantity, b.unit,
    puhui.decimal(e.credited_quantity) AS credited_quantity, e.reduction_mg, e.points, f.version AS factor_version,
    e.occurred_at, e.booked_at,
    CASE WHEN e.kind = 2 THEN puhui.entry_id(e.shard, coalesce(
      -- What had been credited late is taken back where it was credited.
      (SELECT max(u.entry_no) FROM puhui.entry u
        WHERE u.shard = e.shard AND u.refers_to = e.refers_to AND u.kind = 3 AND u.outcome IN (1, 2)),
      e.refers_to)) END AS reverses,
    puhui.outcome_code(e.outcome) AS outcome, e.reason, puhui.region_code(e.region) AS region, e.started_at,
    e.claimed_mg, CASE WHEN e.kind = 3 THEN puhui.entry_id(e.shard, e.refers_to) END AS upgrades,
    0::bigint AS points_held, NULL::text AS job_id, NULL::text AS title, NULL::text AS booked_by
  FROM puhui.entry e
  JOIN puhui.account a ON a.shard = e.shard AND a.resident_no = e.resident_no
  JOIN puhui.partner p ON p.partner_no = e.partner_no
  JOIN puhui.behaviour b ON b.behaviour_no = e.behaviour_no
  LEFT JOIN puhui.factor f ON f.factor_no = e.factor_no
  WHERE e.outcome IN (1, 2, 7)
  UNION ALL
  SELECT puhui.entry_id(e.shard, 1::bigint << 47 | e.entry_no), a.resident, puhui.account_kind_code(e.kind), NULL, NULL,
    NULL, NULL, NULL, NULL, 0, e.points, NULL, e.booked_at, e.booked_at, NULL, NULL, e.reason, NULL, NULL, NULL, NULL,
    e.held, e.job_id, e.title, e.booked_by
  FROM puhui.account_entry e
  JOIN puhui.account a ON a.shard = e.shard AND a.resident_no = e.resident_no;

-- Also what a review refused: it was recorded, and so has no refusal of its own.
CREATE OR REPLACE VIEW puhui.rejections AS
  SELECT p.code AS partner, r.activity_id, r.reason, r.detail, puhui.payload_text(y.payload) AS payload, r.received_at,
    r.resident
  FROM puhui.standing_refusal r
  JOIN puhui.partner p ON p.partner_no = r.partner_no
  LEFT JOIN puhui.refusal_payload y
    ON y.shard = r.shard AND y.partner_no = r.partner_no AND y.incarnation = r.incarnation AND y.position = r.position
      AND y.content = r.content
  WHERE r.outcome = 8
  UNION ALL
  SELECT p.code, u.activity_id, u.reason, u.detail, NULL, e.booked_at, a.resident
  FROM puhui.entry u
  JOIN puhui.entry e ON e.shard = u.shard AND e.resident_no = u.resident_no AND e.occurred_at = u.occurred_at
    AND e.entry_no = u.refers_to
  JOIN puhui.account a ON a.shard = u.shard AND a.resident_no = u.resident_no
  JOIN puhui.partner p ON p.partner_no = u.partner_no
  WHERE u.refers_to IS NOT NULL AND u.kind = 3 AND u.outcome = 8;

-- A title is kept until a reversal takes it.
CREATE OR REPLACE VIEW puhui.residents AS
  SELECT a.resident, a.actions, a.reduction_mg, a.points_available, a.points_held, a.points_debt,
    coalesce(a.title, (SELECT t.code FROM puhui.title t WHERE t.from_mg <= 0 ORDER BY t.from_mg DESC LIMIT 1)) AS title,
    (SELECT min(e.occurred_at) FROM puhui.entry e
      WHERE e.shard = a.shard AND e.resident_no = a.resident_no AND e.outcome IN (1, 2) AND e.credited_quantity > 0
        AND NOT EXISTS (SELECT FROM puhui.entry r WHERE r.shard = e.shard AND r.kind = 2
          AND r.refers_to = CASE e.kind WHEN 3 THEN e.refers_to ELSE e.entry_no END)) AS first_action_at,
    (SELECT max(e.occurred_at) FROM puhui.entry e
      WHERE e.shard = a.shard AND e.resident_no = a.resident_no AND e.outcome IN (1, 2) AND e.credited_quantity > 0
        AND NOT EXISTS (SELECT FROM puhui.entry r WHERE r.shard = e.shard AND r.kind = 2
          AND r.refers_to = CASE e.kind WHEN 3 THEN e.refers_to ELSE e.entry_no END)) AS last_action_at
  FROM puhui.account a;

-- When which points of whom expire.
CREATE VIEW puhui.expiring_points AS
  SELECT a.resident, puhui.lot_day(l.lot) AS expires_on, puhui.lot_points(l.lot) AS points
  FROM puhui.account a CROSS JOIN LATERAL unnest(a.lots) l(lot);
