-- Gaps in the partners' own counters. A Redis failover can lose pushes that it had acknowledged: nothing is left of
-- them but the hole in the counter.

-- The numbers that the messages of each batch carried, until the fold has taken them up. Repeats are welcome. They are
-- booked with their messages: what was lost on the way has neither an outcome nor a number here.
CREATE TABLE puhui.sequence_batch (
  batch_no bigint NOT NULL,
  booked_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  shard smallint NOT NULL,
  partner_no smallint NOT NULL,
  numbers bigint[] NOT NULL,
  PRIMARY KEY (shard, batch_no, partner_no)
);

-- Everything before them, as few ranges as possible: between two of a partner at least one number is missing. Written
-- by one fold, over all shards. low_at and high_at: when the first and the last number were received first.
CREATE TABLE puhui.sequence_range (
  low bigint NOT NULL,
  high bigint NOT NULL,
  low_at timestamptz NOT NULL,
  high_at timestamptz NOT NULL,
  partner_no smallint NOT NULL,
  PRIMARY KEY (partner_no, low),
  CHECK (low >= 0 AND high >= low)
);

-- What was seen of each partner's counter, exact at every moment, folded or not.
CREATE VIEW puhui.sequence_seen AS
  SELECT partner_no, min(low) AS low, max(high) AS high, (array_agg(low_at ORDER BY low, low_at))[1] AS low_at,
    (array_agg(high_at ORDER BY high DESC, high_at))[1] AS high_at
  FROM (
    -- Numbers the islands. Equal ranges are peers, and so on one island.
    SELECT s.*, count(*) FILTER (WHERE begins) OVER (PARTITION BY partner_no ORDER BY low, high) AS island
    FROM (
      -- low - 1 and never high + 1: the highest number is the highest bigint.
      SELECT u.*, coalesce(low - 1 > max(high) OVER (PARTITION BY partner_no ORDER BY low, high
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), true) AS begins
      FROM (
        SELECT partner_no, low, high, low_at, high_at FROM puhui.sequence_range
        UNION ALL
        SELECT partner_no, n, n, seen_at, seen_at FROM puhui.sequence_batch CROSS JOIN unnest(numbers) n
      ) u
    ) s
  ) i
  GROUP BY partner_no, island;

-- The holes between the lowest and the highest number that were seen. What is missing after the highest cannot be
-- known.
CREATE VIEW puhui.sequence_gaps AS
  SELECT p.code AS partner, g.first_missing, g.last_missing, g.last_missing - g.first_missing + 1 AS missing,
    g.received_after, g.received_before
  FROM (
    SELECT partner_no, lag(high) OVER w + 1 AS first_missing, low - 1 AS last_missing,
      lag(high_at) OVER w AS received_after, low_at AS received_before
    FROM puhui.sequence_seen
    WINDOW w AS (PARTITION BY partner_no ORDER BY low)
  ) g
  JOIN puhui.partner p USING (partner_no)
  WHERE g.first_missing IS NOT NULL;
