-- Certificates: numbered, signed, and what became of each.

-- Public keys that certificates are or were signed with. At most one is in use. A private key that the ledger keeps
-- itself is in puhui.secret, as certificate-key:<key_id>.
CREATE TABLE puhui.certificate_key (
  key_id text COLLATE "C" PRIMARY KEY,
  public_key bytea NOT NULL,
  valid_from date NOT NULL,
  retired_on date, -- the last day of its use
  CHECK (retired_on >= valid_from)
);

CREATE UNIQUE INDEX certificate_key_in_use ON puhui.certificate_key ((true)) WHERE retired_on IS NULL;

-- Numbers may be left out, where a certificate was not issued in the end; none is given twice.
CREATE SEQUENCE puhui.certificate_no;

-- document: the signed JSON; NULL once the resident was erased.
CREATE TABLE puhui.certificate (
  serial text COLLATE "C" PRIMARY KEY,
  certificate_no bigint NOT NULL UNIQUE,
  issued_at timestamptz NOT NULL DEFAULT now(),
  changed_at timestamptz NOT NULL DEFAULT now(),
  resident_no int NOT NULL,
  shard smallint NOT NULL,
  status text NOT NULL DEFAULT 'issued' CHECK (status IN ('issued', 'superseded', 'revoked')),
  superseded_by text COLLATE "C",
  revoked_reason text,
  revoked_by text,
  document text,
  CHECK (status <> 'issued' OR superseded_by IS NULL),
  CHECK (status <> 'superseded' OR superseded_by IS NOT NULL),
  CHECK ((status = 'revoked') = (revoked_reason IS NOT NULL))
) WITH (fillfactor = 90);

CREATE INDEX certificate_resident ON puhui.certificate (shard, resident_no);
CREATE UNIQUE INDEX certificate_in_force ON puhui.certificate (shard, resident_no) WHERE status = 'issued';

CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON puhui.certificate
  FOR EACH STATEMENT EXECUTE FUNCTION puhui.refuse_change();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON puhui.certificate_key
  FOR EACH STATEMENT EXECUTE FUNCTION puhui.refuse_change();

CREATE VIEW puhui.certificates AS
  SELECT c.serial, a.resident, c.status, c.issued_at, c.changed_at, c.superseded_by, c.revoked_reason, c.revoked_by
  FROM puhui.certificate c
  JOIN puhui.account a ON a.shard = c.shard AND a.resident_no = c.resident_no;
