-- What a batch writes beside its activities, in one row of each kind and shard. As a row for each partner, with an index
-- entry each, counts, positions and numbers were a quarter of PostgreSQL's work and four tenths of the WAL at 1,000
-- activities a second, where a batch has little of each.

-- Counts lie with the batch. counts: for each of the partners in turn received, credited, capped, duplicate, conflict,
-- overlap, held, reversal, rejected.
ALTER TABLE puhui.batch
  ADD COLUMN partner_no smallint[] NOT NULL DEFAULT '{}',
  ADD COLUMN counts int[] NOT NULL DEFAULT '{}',
  ADD CHECK (cardinality(counts) = 9 * cardinality(partner_no));

ALTER TABLE puhui.batch DISABLE TRIGGER append_only;
UPDATE puhui.batch b SET partner_no = l.partner_no, counts = l.counts
FROM (
  SELECT shard, batch_no, array_agg(partner_no ORDER BY partner_no) AS partner_no,
    (SELECT array_agg(c ORDER BY p.partner_no, c_no) FROM puhui.outcome_leg p CROSS JOIN LATERAL unnest(ARRAY[p.received,
      p.credited, p.capped, p.duplicate, p.conflict, p.overlap, p.held, p.reversal, p.rejected])
      WITH ORDINALITY u(c, c_no)
      WHERE p.shard = o.shard AND p.batch_no = o.batch_no) AS counts
  FROM puhui.outcome_leg o GROUP BY shard, batch_no) l
WHERE b.shard = l.shard AND b.batch_no = l.batch_no;
ALTER TABLE puhui.batch ENABLE TRIGGER append_only;

ALTER TABLE puhui.outcome_leg RENAME TO outcome_row;
CREATE VIEW puhui.outcome_leg AS
  SELECT b.shard, b.batch_no, p.partner_no, b.counts[p.last - 8] AS received, b.counts[p.last - 7] AS credited,
    b.counts[p.last - 6] AS capped, b.counts[p.last - 5] AS duplicate, b.counts[p.last - 4] AS conflict,
    b.counts[p.last - 3] AS overlap, b.counts[p.last - 2] AS held, b.counts[p.last - 1] AS reversal, b.counts[p.last] AS rejected
  FROM puhui.batch b CROSS JOIN LATERAL (
    SELECT u.partner_no, (9 * u.place)::int AS last FROM unnest(b.partner_no) WITH ORDINALITY u(partner_no, place)) p;

-- As before, over the new counts.
CREATE OR REPLACE VIEW puhui.partner_counts AS
  SELECT p.code AS partner, coalesce(sum(t.received), 0)::bigint AS received,
    coalesce(sum(t.credited), 0)::bigint AS credited, coalesce(sum(t.capped), 0)::bigint AS capped,
    coalesce(sum(t.duplicate), 0)::bigint AS duplicate, coalesce(sum(t.conflict), 0)::bigint AS conflict,
    coalesce(sum(t.overlap), 0)::bigint AS overlap, coalesce(sum(t.held), 0)::bigint AS held,
    coalesce(sum(t.reversal), 0)::bigint AS reversal, coalesce(sum(t.rejected), 0)::bigint AS rejected
  FROM puhui.partner p
  LEFT JOIN (
    SELECT partner_no, received, credited, capped, duplicate, conflict, overlap, held, reversal, rejected
    FROM puhui.outcome_fold
    UNION ALL
    SELECT l.partner_no, l.received, l.credited, l.capped, l.duplicate, l.conflict, l.overlap, l.held, l.reversal,
      l.rejected
    FROM puhui.fold f CROSS JOIN LATERAL (
      SELECT * FROM puhui.outcome_leg l WHERE l.shard = f.shard AND l.batch_no > f.folded_batch_no OFFSET 0) l
  ) t ON t.partner_no = p.partner_no
  GROUP BY p.code;

DROP TABLE puhui.outcome_row;

-- Positions lie with the fence that guards them: how far each life of each inbox has been booked in the shard, one past
-- the last offset.
ALTER TABLE puhui.fence
  ADD COLUMN inbox_partner_no smallint[] NOT NULL DEFAULT '{}',
  ADD COLUMN inbox_incarnation bigint[] NOT NULL DEFAULT '{}',
  ADD COLUMN inbox_position bigint[] NOT NULL DEFAULT '{}',
  ADD CHECK (cardinality(inbox_incarnation) = cardinality(inbox_partner_no)
    AND cardinality(inbox_position) = cardinality(inbox_partner_no));

UPDATE puhui.fence f SET inbox_partner_no = m.partner_no, inbox_incarnation = m.incarnation,
  inbox_position = m.position
FROM (
  SELECT shard, array_agg(partner_no ORDER BY partner_no, incarnation) AS partner_no,
    array_agg(incarnation ORDER BY partner_no, incarnation) AS incarnation,
    array_agg(position ORDER BY partner_no, incarnation) AS position
  FROM puhui.inbox_position GROUP BY shard) m
WHERE f.shard = m.shard;

DROP TABLE puhui.inbox_position;
CREATE VIEW puhui.inbox_position AS
  SELECT f.shard, m.partner_no, m.incarnation, m.position
  FROM puhui.fence f
  CROSS JOIN LATERAL unnest(f.inbox_partner_no, f.inbox_incarnation, f.inbox_position)
    m(partner_no, incarnation, position);

-- The numbers of a batch's messages: of each partner those from low to high among numbers, counted from 1.
ALTER TABLE puhui.sequence_batch RENAME TO sequence_row;
ALTER INDEX puhui.sequence_batch_pkey RENAME TO sequence_row_pkey;
CREATE TABLE puhui.sequence_batch (
  batch_no bigint NOT NULL,
  booked_at timestamptz NOT NULL,
  shard smallint NOT NULL,
  partner_no smallint[] NOT NULL,
  seen_at timestamptz[] NOT NULL,
  low int[] NOT NULL,
  high int[] NOT NULL,
  numbers bigint[] NOT NULL,
  PRIMARY KEY (shard, batch_no)
);

DO $$
BEGIN
  ALTER TABLE puhui.sequence_batch ALTER numbers SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
  RAISE NOTICE 'this server was built without lz4';
END $$;

INSERT INTO puhui.sequence_batch
SELECT r.batch_no, min(r.booked_at), r.shard, array_agg(r.partner_no ORDER BY r.partner_no),
  array_agg(r.seen_at ORDER BY r.partner_no), array_agg(r.low ORDER BY r.partner_no),
  array_agg(r.high ORDER BY r.partner_no), (
    SELECT array_agg(n ORDER BY s.partner_no, n_no)
    FROM puhui.sequence_row s CROSS JOIN LATERAL unnest(s.numbers) WITH ORDINALITY u(n, n_no)
    WHERE s.shard = r.shard AND s.batch_no = r.batch_no)
FROM (
  SELECT *, (sum(cardinality(numbers)) OVER w)::int AS high,
    (sum(cardinality(numbers)) OVER w)::int - cardinality(numbers) + 1 AS low
  FROM puhui.sequence_row WHERE cardinality(numbers) > 0
  WINDOW w AS (PARTITION BY shard, batch_no ORDER BY partner_no)) r
GROUP BY r.shard, r.batch_no;

CREATE VIEW puhui.sequence_number AS
  SELECT b.shard, b.batch_no, p.partner_no, p.seen_at, n.number
  FROM puhui.sequence_batch b
  CROSS JOIN LATERAL unnest(b.partner_no, b.seen_at, b.low, b.high) p(partner_no, seen_at, low, high)
  CROSS JOIN LATERAL unnest(b.numbers[p.low:p.high]) n(number);

-- As before, over the new numbers.
CREATE OR REPLACE VIEW puhui.sequence_seen AS
  SELECT partner_no, min(low) AS low, max(high) AS high, (array_agg(low_at ORDER BY low, low_at))[1] AS low_at,
    (array_agg(high_at ORDER BY high DESC, high_at))[1] AS high_at
  FROM (
    SELECT s.*, count(*) FILTER (WHERE begins) OVER (PARTITION BY partner_no ORDER BY low, high) AS island
    FROM (
      SELECT u.*, coalesce(low - 1 > max(high) OVER (PARTITION BY partner_no ORDER BY low, high
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), true) AS begins
      FROM (
        SELECT partner_no, low, high, low_at, high_at FROM puhui.sequence_range
        UNION ALL
        SELECT partner_no, number, number, seen_at, seen_at FROM puhui.sequence_number
      ) u
    ) s
  ) i
  GROUP BY partner_no, island;

DROP TABLE puhui.sequence_row;
