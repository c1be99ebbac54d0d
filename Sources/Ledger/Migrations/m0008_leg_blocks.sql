-- The legs of a batch in one row. As a row each, with an index over six columns, they were the ledger's third largest
-- table, and most batches had nearly as many of them as activities.
--
-- The arrays are as long as each other, sorted by day, partner, behaviour and region, and compressed where they are long.
CREATE TABLE puhui.leg_block (
  batch_no bigint NOT NULL,
  shard smallint NOT NULL,
  day date[] NOT NULL,
  partner_no smallint[] NOT NULL,
  behaviour_no smallint[] NOT NULL,
  region int[] NOT NULL, -- 0 where the activity named none
  actions int[] NOT NULL,
  reduction_mg bigint[] NOT NULL,
  points bigint[] NOT NULL,
  PRIMARY KEY (shard, batch_no)
);

-- Several times faster than the default, for as much.
DO $$
BEGIN
  ALTER TABLE puhui.leg_block ALTER day SET COMPRESSION lz4, ALTER partner_no SET COMPRESSION lz4,
    ALTER behaviour_no SET COMPRESSION lz4, ALTER region SET COMPRESSION lz4, ALTER actions SET COMPRESSION lz4,
    ALTER reduction_mg SET COMPRESSION lz4, ALTER points SET COMPRESSION lz4;
  ALTER TABLE puhui.sequence_batch ALTER numbers SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
  RAISE NOTICE 'this server was built without lz4';
END $$;

INSERT INTO puhui.leg_block
SELECT batch_no, shard, array_agg(day), array_agg(partner_no), array_agg(behaviour_no), array_agg(region),
  array_agg(actions), array_agg(reduction_mg), array_agg(points)
FROM (SELECT * FROM puhui.leg ORDER BY shard, batch_no, day, partner_no, behaviour_no, region) l
GROUP BY shard, batch_no;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON puhui.leg_block
  FOR EACH STATEMENT EXECUTE FUNCTION puhui.refuse_change();

ALTER TABLE puhui.leg RENAME TO leg_row;

CREATE VIEW puhui.leg AS
  SELECT b.shard, b.batch_no, l.day, l.partner_no, l.behaviour_no, l.region, l.actions, l.reduction_mg, l.points
  FROM puhui.leg_block b
  CROSS JOIN LATERAL unnest(b.day, b.partner_no, b.behaviour_no, b.region, b.actions, b.reduction_mg, b.points)
    l(day, partner_no, behaviour_no, region, actions, reduction_mg, points);

-- As before, over the new legs.
CREATE OR REPLACE VIEW puhui.daily_totals AS
  SELECT t.day, p.code AS partner, b.code AS behaviour, b.category,
    CASE WHEN t.region <> 0 THEN puhui.region_code(t.region) END AS region,
    sum(t.actions)::bigint AS actions, sum(t.reduction_mg)::bigint AS reduction_mg, sum(t.points)::bigint AS points
  FROM (
    SELECT day, partner_no, behaviour_no, region, actions, reduction_mg, points FROM puhui.day_fold
    UNION ALL
    SELECT l.day, l.partner_no, l.behaviour_no, l.region, l.actions, l.reduction_mg, l.points
    FROM puhui.fold f CROSS JOIN LATERAL (
      SELECT * FROM puhui.leg l WHERE l.shard = f.shard AND l.batch_no > f.folded_batch_no OFFSET 0) l
  ) t
  JOIN puhui.partner p ON p.partner_no = t.partner_no
  JOIN puhui.behaviour b ON b.behaviour_no = t.behaviour_no
  GROUP BY t.day, p.code, b.code, b.category, t.region;

DROP TABLE puhui.leg_row;
