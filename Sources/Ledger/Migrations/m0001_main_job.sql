-- The main job: activities in, carbon ledger out.
--
-- Tables that grow with activities carry the shard in their key: the shard of the resident, or, for activity_key, that
-- of the key itself. So they can be distributed by it. Amounts are integers: milligrams, points, billionths of points,
-- and quantities in millionths of the behaviour's unit.

CREATE SCHEMA IF NOT EXISTS puhui;

-- Policy: every version of the catalogue as it was applied, and the numbers of its codes. A code keeps its number for
-- ever; in_catalogue says whether the newest version still has it.

CREATE TABLE puhui.catalogue_version (
  version int PRIMARY KEY,
  yaml text NOT NULL,
  applied_by text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE puhui.partner (
  partner_no smallint PRIMARY KEY,
  code text NOT NULL UNIQUE,
  name_chinese text NOT NULL,
  name_english text NOT NULL,
  in_catalogue boolean NOT NULL
);

CREATE TABLE puhui.category (
  code text PRIMARY KEY,
  name_chinese text NOT NULL,
  name_english text NOT NULL
);

CREATE TABLE puhui.behaviour (
  behaviour_no smallint PRIMARY KEY,
  code text NOT NULL UNIQUE,
  name_chinese text NOT NULL,
  name_english text NOT NULL,
  category text NOT NULL REFERENCES puhui.category,
  unit text NOT NULL,
  in_catalogue boolean NOT NULL
);

-- A factor version never changes, but for the end of its validity.
CREATE TABLE puhui.factor (
  factor_no int PRIMARY KEY,
  version text NOT NULL UNIQUE,
  behaviour_no smallint NOT NULL REFERENCES puhui.behaviour,
  partner_no smallint REFERENCES puhui.partner,
  region int,
  grams numeric NOT NULL,
  per numeric NOT NULL,
  unit text NOT NULL,
  valid_from date NOT NULL,
  valid_to date,
  source text NOT NULL,
  grade text NOT NULL,
  borrowed_from text,
  in_catalogue boolean NOT NULL
);

CREATE TABLE puhui.title (
  code text PRIMARY KEY,
  name_chinese text NOT NULL,
  name_english text NOT NULL,
  from_mg bigint NOT NULL UNIQUE
);

-- The key of the evidence hash, unless the workers are given one of their own.
CREATE TABLE puhui.secret (
  name text PRIMARY KEY,
  bytes bytea NOT NULL
);

-- One row per shard of residents: who may book (epoch), and the numbers that come next. Locked first in every batch.
CREATE TABLE puhui.fence (
  shard smallint PRIMARY KEY,
  epoch bigint NOT NULL DEFAULT 0,
  owner text NOT NULL DEFAULT '',
  backend_pid int,
  backend_start timestamptz,
  batch_no bigint NOT NULL DEFAULT 0,
  next_entry_no bigint NOT NULL DEFAULT 1,
  next_resident_no int NOT NULL DEFAULT 1
) WITH (fillfactor = 10);

INSERT INTO puhui.fence (shard) SELECT generate_series(0, 31);

-- How far each life of each inbox has been booked, shard by shard. One past the last offset.
CREATE TABLE puhui.inbox_position (
  shard smallint NOT NULL,
  partner_no smallint NOT NULL,
  incarnation bigint NOT NULL,
  position bigint NOT NULL,
  PRIMARY KEY (shard, partner_no, incarnation)
) WITH (fillfactor = 50);

CREATE TABLE puhui.account (
  actions bigint NOT NULL,
  reduction_mg bigint NOT NULL,
  points_available bigint NOT NULL,
  points_held bigint NOT NULL,
  points_debt bigint NOT NULL,
  nanopoints bigint NOT NULL,
  latest_at timestamptz NOT NULL,
  opened_at timestamptz NOT NULL,
  resident_no int NOT NULL,
  shard smallint NOT NULL,
  resident text COLLATE "C" NOT NULL,
  PRIMARY KEY (shard, resident_no),
  CHECK (points_available >= 0 AND points_held >= 0 AND points_debt >= 0 AND actions >= 0)
) WITH (fillfactor = 70);

CREATE UNIQUE INDEX account_resident ON puhui.account (resident, shard);

-- The ledger. kind: 1 earn, 2 reversal, 3 upgrade. outcome: 1 credited, 2 capped, 5 overlap, 6 held, 7 reversal.
-- The key begins with the resident: a statement, and the stretch of history that scoring looks at, lie side by side.
CREATE TABLE puhui.entry (
  entry_no bigint NOT NULL,
  quantity bigint NOT NULL,
  credited_quantity bigint NOT NULL,
  reduction_mg bigint NOT NULL,
  points bigint NOT NULL,
  nanopoints bigint NOT NULL,
  occurred_at timestamptz NOT NULL,
  booked_at timestamptz NOT NULL,
  started_at timestamptz,
  refers_to bigint,
  claimed_mg bigint,
  sequence bigint,
  evidence uuid,
  resident_no int NOT NULL,
  factor_no int,
  region int,
  shard smallint NOT NULL,
  kind smallint NOT NULL,
  outcome smallint NOT NULL,
  partner_no smallint NOT NULL,
  behaviour_no smallint NOT NULL,
  other_partner_no smallint,
  activity_id text COLLATE "C" NOT NULL,
  reason text,
  detail text,
  other_activity_id text COLLATE "C",
  PRIMARY KEY (shard, resident_no, occurred_at, entry_no)
);

CREATE INDEX entry_refers_to ON puhui.entry (shard, refers_to) WHERE refers_to IS NOT NULL;

-- Which entry an id stands for, over all residents. Its shard is that of the key, not of the resident: the same id for
-- a second resident meets the first one here.
CREATE TABLE puhui.activity_key (
  content uuid NOT NULL,
  entry_no bigint NOT NULL,
  resident_no int NOT NULL,
  shard smallint NOT NULL,
  key_shard smallint NOT NULL,
  partner_no smallint NOT NULL,
  activity_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (activity_id, partner_no, key_shard)
);

-- Messages that ended rejected (8) or in conflict (4). They do not occupy their ids. The content belongs to the key: where
-- Redis went back in time, another message may stand at a position that was refused before.
CREATE TABLE puhui.refusal (
  content uuid NOT NULL,
  incarnation bigint NOT NULL,
  position bigint NOT NULL,
  received_at timestamptz NOT NULL,
  shard smallint NOT NULL,
  partner_no smallint NOT NULL,
  outcome smallint NOT NULL,
  activity_id text COLLATE "C",
  resident text COLLATE "C",
  reason text NOT NULL,
  detail text NOT NULL,
  PRIMARY KEY (shard, partner_no, incarnation, position, content)
);

CREATE INDEX refusal_activity ON puhui.refusal (activity_id) WHERE activity_id IS NOT NULL;
CREATE INDEX refusal_resident ON puhui.refusal (resident) WHERE resident IS NOT NULL;

-- What a rejected message held. Personal data: it expires.
CREATE TABLE puhui.refusal_payload (
  content uuid NOT NULL,
  incarnation bigint NOT NULL,
  position bigint NOT NULL,
  received_at timestamptz NOT NULL,
  shard smallint NOT NULL,
  partner_no smallint NOT NULL,
  payload bytea NOT NULL,
  PRIMARY KEY (shard, partner_no, incarnation, position, content)
);

CREATE INDEX refusal_payload_age ON puhui.refusal_payload USING brin (received_at);

-- The contra side of each batch. residents: first actions less last ones taken back.
CREATE TABLE puhui.batch (
  batch_no bigint NOT NULL,
  booked_at timestamptz NOT NULL,
  epoch bigint NOT NULL,
  residents int NOT NULL,
  shard smallint NOT NULL,
  PRIMARY KEY (shard, batch_no)
);

CREATE TABLE puhui.leg (
  batch_no bigint NOT NULL,
  reduction_mg bigint NOT NULL,
  points bigint NOT NULL,
  actions int NOT NULL,
  day date NOT NULL,
  region int NOT NULL, -- 0 where the activity named none
  shard smallint NOT NULL,
  partner_no smallint NOT NULL,
  behaviour_no smallint NOT NULL,
  PRIMARY KEY (shard, batch_no, day, partner_no, behaviour_no, region)
);

CREATE TABLE puhui.outcome_leg (
  batch_no bigint NOT NULL,
  received int NOT NULL,
  credited int NOT NULL,
  capped int NOT NULL,
  duplicate int NOT NULL,
  conflict int NOT NULL,
  overlap int NOT NULL,
  held int NOT NULL,
  reversal int NOT NULL,
  rejected int NOT NULL,
  shard smallint NOT NULL,
  partner_no smallint NOT NULL,
  PRIMARY KEY (shard, batch_no, partner_no)
);

-- The folds of the contra side, by one writer; folded_batch_no says how far. Views add the batches after it.
CREATE TABLE puhui.fold (
  shard smallint PRIMARY KEY REFERENCES puhui.fence,
  folded_batch_no bigint NOT NULL DEFAULT 0,
  residents bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10);

INSERT INTO puhui.fold (shard) SELECT shard FROM puhui.fence;

CREATE TABLE puhui.day_fold (
  reduction_mg bigint NOT NULL,
  points bigint NOT NULL,
  actions bigint NOT NULL,
  day date NOT NULL,
  region int NOT NULL,
  partner_no smallint NOT NULL,
  behaviour_no smallint NOT NULL,
  PRIMARY KEY (day, partner_no, behaviour_no, region)
) WITH (fillfactor = 70);

CREATE TABLE puhui.outcome_fold (
  received bigint NOT NULL,
  credited bigint NOT NULL,
  capped bigint NOT NULL,
  duplicate bigint NOT NULL,
  conflict bigint NOT NULL,
  overlap bigint NOT NULL,
  held bigint NOT NULL,
  reversal bigint NOT NULL,
  rejected bigint NOT NULL,
  partner_no smallint PRIMARY KEY
) WITH (fillfactor = 50);

-- Redemptions belong to the rewards worker; the view of the contract stands from the start.
CREATE TABLE puhui.redemption (
  job_id text PRIMARY KEY,
  shard smallint NOT NULL,
  resident text NOT NULL,
  reward text NOT NULL,
  quantity bigint NOT NULL,
  points bigint NOT NULL,
  status text NOT NULL,
  reason text,
  created_at timestamptz NOT NULL,
  settled_at timestamptz
);

-- Ledger rows stay as they were booked, whoever asks.
CREATE FUNCTION puhui.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'puhui.% is append-only: book a correcting entry instead', TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON puhui.entry
  FOR EACH STATEMENT EXECUTE FUNCTION puhui.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON puhui.activity_key
  FOR EACH STATEMENT EXECUTE FUNCTION puhui.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON puhui.refusal
  FOR EACH STATEMENT EXECUTE FUNCTION puhui.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON puhui.batch
  FOR EACH STATEMENT EXECUTE FUNCTION puhui.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON puhui.leg
  FOR EACH STATEMENT EXECUTE FUNCTION puhui.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON puhui.outcome_leg
  FOR EACH STATEMENT EXECUTE FUNCTION puhui.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON puhui.catalogue_version
  FOR EACH STATEMENT EXECUTE FUNCTION puhui.refuse_change();
