-- The views of the public contract, and the words of the numbers in the tables.

CREATE FUNCTION puhui.outcome_code(outcome smallint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (ARRAY['credited', 'capped', 'duplicate', 'conflict', 'overlap', 'held', 'reversal', 'rejected'])[outcome]
$$;

CREATE FUNCTION puhui.kind_code(kind smallint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (ARRAY['earn', 'reversal', 'upgrade'])[kind]
$$;

-- Millionths as a plain decimal without trailing zeros.
CREATE FUNCTION puhui.decimal(millionths bigint) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT trim_scale(millionths::numeric / 1000000)
$$;

-- One number for an entry over all shards; stays below 2^53, so that JSON readers keep it exact.
CREATE FUNCTION puhui.entry_id(shard smallint, entry_no bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (shard::bigint << 48) | entry_no
$$;

CREATE FUNCTION puhui.region_code(region int) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT lpad(region::text, 6, '0')
$$;

-- The one outcome of every message but duplicates; a later decision stands in place of the first.
CREATE VIEW puhui.outcomes AS
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
    CASE WHEN r.outcome = 4 THEN p.code END, CASE WHEN r.outcome = 4 THEN r.activity_id END, r.received_at
  FROM puhui.refusal r
  JOIN puhui.partner p ON p.partner_no = r.partner_no;

-- What was booked on residents' accounts. Activities that ended overlap or held stand in puhui.outcomes alone.
CREATE VIEW puhui.ledger AS
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
    e.claimed_mg, CASE WHEN e.kind = 3 THEN puhui.entry_id(e.shard, e.refers_to) END AS upgrades
  FROM puhui.entry e
  JOIN puhui.account a ON a.shard = e.shard AND a.resident_no = e.resident_no
  JOIN puhui.partner p ON p.partner_no = e.partner_no
  JOIN puhui.behaviour b ON b.behaviour_no = e.behaviour_no
  LEFT JOIN puhui.factor f ON f.factor_no = e.factor_no
  WHERE e.outcome IN (1, 2, 7);

CREATE VIEW puhui.residents AS
  SELECT a.resident, a.actions, a.reduction_mg, a.points_available, a.points_held, a.points_debt,
    (SELECT t.code FROM puhui.title t WHERE t.from_mg <= a.reduction_mg ORDER BY t.from_mg DESC LIMIT 1) AS title,
    (SELECT min(e.occurred_at) FROM puhui.entry e
      WHERE e.shard = a.shard AND e.resident_no = a.resident_no AND e.outcome IN (1, 2) AND e.credited_quantity > 0
        AND NOT EXISTS (SELECT FROM puhui.entry r WHERE r.shard = e.shard AND r.kind = 2
          AND r.refers_to = CASE e.kind WHEN 3 THEN e.refers_to ELSE e.entry_no END)) AS first_action_at,
    (SELECT max(e.occurred_at) FROM puhui.entry e
      WHERE e.shard = a.shard AND e.resident_no = a.resident_no AND e.outcome IN (1, 2) AND e.credited_quantity > 0
        AND NOT EXISTS (SELECT FROM puhui.entry r WHERE r.shard = e.shard AND r.kind = 2
          AND r.refers_to = CASE e.kind WHEN 3 THEN e.refers_to ELSE e.entry_no END)) AS last_action_at
  FROM puhui.account a;

-- OFFSET 0 keeps the planner from joining the whole journal where only its tail, by key, is needed.
CREATE VIEW puhui.daily_totals AS
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

CREATE VIEW puhui.totals AS
  SELECT
    (SELECT coalesce(sum(f.residents), 0)::bigint FROM puhui.fold f)
      + (SELECT coalesce(sum(b.residents), 0)::bigint
          FROM puhui.fold f CROSS JOIN LATERAL (SELECT b.residents FROM puhui.batch b
            WHERE b.shard = f.shard AND b.batch_no > f.folded_batch_no OFFSET 0) b) AS residents,
    coalesce(sum(d.actions), 0)::bigint AS actions, coalesce(sum(d.reduction_mg), 0)::bigint AS reduction_mg,
    coalesce(sum(d.points), 0)::bigint AS points_issued
  FROM puhui.daily_totals d;

CREATE VIEW puhui.partner_counts AS
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

-- What was pushed, as text; bytes that are no UTF-8 are shown escaped.
CREATE FUNCTION puhui.payload_text(payload bytea) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN convert_from(payload, 'UTF8');
EXCEPTION WHEN OTHERS THEN
  RETURN encode(payload, 'escape');
END $$;

CREATE VIEW puhui.rejections AS
  SELECT p.code AS partner, r.activity_id, r.reason, r.detail, puhui.payload_text(y.payload) AS payload, r.received_at, r.resident
  FROM puhui.refusal r
  JOIN puhui.partner p ON p.partner_no = r.partner_no
  LEFT JOIN puhui.refusal_payload y
    ON y.shard = r.shard AND y.partner_no = r.partner_no AND y.incarnation = r.incarnation AND y.position = r.position
      AND y.content = r.content
  WHERE r.outcome = 8;

CREATE VIEW puhui.redemptions AS
  SELECT job_id, resident, reward, quantity, points, status, reason, created_at, settled_at FROM puhui.redemption;
