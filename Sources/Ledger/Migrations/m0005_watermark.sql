-- Servers that went back in time: a mark that rises in both, and what it showed.

-- One row. A mark is written here (intent), then in Redis, then here again (confirmed): so Redis is never behind
-- confirmed, and never ahead of intent, unless one of the two was set back.
CREATE TABLE puhui.watermark (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  -- Which ledger this is: a schema made anew has marks of its own.
  ledger text NOT NULL DEFAULT gen_random_uuid()::text,
  intent bigint NOT NULL DEFAULT 0,
  intent_at timestamptz NOT NULL DEFAULT '-infinity',
  confirmed bigint NOT NULL DEFAULT 0,
  confirmed_at timestamptz,
  -- Whatever was pushed before this moment had left every list, and so was committed, before this row said so.
  drained_at timestamptz,
  -- PostgreSQL's timeline and Redis' replication id: others after a promotion.
  timeline bigint,
  replication_id text
) WITH (fillfactor = 10);

INSERT INTO puhui.watermark DEFAULT VALUES;

CREATE TABLE puhui.incident (
  incident_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  what text NOT NULL,
  detected_at timestamptz NOT NULL DEFAULT now(),
  -- Activities pushed in between may be missing; NULL: from the beginning.
  missing_from timestamptz,
  missing_to timestamptz NOT NULL DEFAULT now(),
  detail text NOT NULL,
  resolved_at timestamptz,
  resolved_by text
);
