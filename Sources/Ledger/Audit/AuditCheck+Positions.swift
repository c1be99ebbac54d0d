/// How far each life of each inbox has been booked. What Redis says of it is compared by the command.
extension AuditCheck {
  static let positions = [
    AuditCheck(
      AuditTopic(
        "refusal-positions", "I1", holds: "every refusal stood below what its inbox has been booked up to",
        meaning: "The mark went back, or a refusal was written beside a batch: a message may be counted twice.",
        advice: "Find out who wrote to puhui.fence or puhui.refusal, and compare with a backup."),
      .shard,
      """
      SELECT r.shard, NULL::bigint, \(partner("r")), r.activity_id, r.resident,
        format('position %s of incarnation %s', r.position, r.incarnation), format('a mark above %s', r.position),
        coalesce(m.position::text, 'none')
      FROM puhui.refusal r LEFT JOIN puhui.inbox_position m
        ON m.shard = r.shard AND m.partner_no = r.partner_no AND m.incarnation = r.incarnation
      WHERE r.shard = $1 AND (r.position < m.position) IS NOT TRUE
      """),
    AuditCheck(
      AuditTopic(
        "received", "I1", holds: "as many messages were received as left the inboxes",
        meaning: "Fewer received: messages were handed on and have no outcome. More: messages were counted twice. "
          + "(After somebody changed a list by hand, positions were left out or used twice, and the difference is "
          + "that. Once a server has gone back in time, more received is no finding any more.)",
        advice: "Have the partner push the days concerned again: what was booked ends as duplicate, what was lost is "
          + "credited."),
      .everything, onlyDrained: true,
      """
      SELECT NULL::smallint, NULL::bigint, p.code, NULL::text, NULL::text, NULL::text,
        format('%s received', coalesce(m.messages, 0)), format('%s received', coalesce(l.received, 0))
      FROM puhui.partner p
      LEFT JOIN (
        SELECT m.partner_no, sum(m.position) AS messages
        FROM (SELECT partner_no, incarnation, max(position) AS position FROM puhui.inbox_position GROUP BY 1, 2) m
        GROUP BY 1) m USING (partner_no)
      LEFT JOIN (SELECT partner_no, sum(received) AS received FROM puhui.outcome_leg GROUP BY 1) l USING (partner_no)
      WHERE coalesce(m.messages, 0) > coalesce(l.received, 0)
        -- A Redis that lost its newest pushes gives their positions to other messages.
        OR coalesce(m.messages, 0) < coalesce(l.received, 0) AND NOT EXISTS (SELECT FROM puhui.incident)
      """),
    AuditCheck(
      AuditTopic(
        "dead-letters", "I1", holds: "every burial has its letter, and every letter its refusal",
        meaning: "A buried message cannot be looked at and retried, or something is kept that was never buried.",
        advice: "Look for who changed puhui.dead_letter or puhui.refusal, and compare with a backup."),
      .shard,
      """
      SELECT d.shard, NULL::bigint, \(partner("d")), d.activity_id, d.resident,
        format('position %s of incarnation %s', d.position, d.incarnation), 'a refusal with reason poison',
        coalesce(r.reason, 'none')
      FROM puhui.dead_letter d LEFT JOIN puhui.refusal r ON r.shard = d.shard AND r.partner_no = d.partner_no
        AND r.incarnation = d.incarnation AND r.position = d.position AND r.content = d.content
      WHERE d.shard = $1 AND r.reason IS DISTINCT FROM 'poison'
      UNION ALL
      SELECT r.shard, NULL, \(partner("r")), r.activity_id, r.resident,
        format('position %s of incarnation %s', r.position, r.incarnation), 'a dead letter', 'none'
      FROM puhui.refusal r WHERE r.shard = $1 AND r.outcome = 8 AND r.reason = 'poison' AND NOT EXISTS (
        SELECT FROM puhui.dead_letter d WHERE d.shard = r.shard AND d.partner_no = r.partner_no
          AND d.incarnation = r.incarnation AND d.position = r.position AND d.content = r.content)
      """),
  ]
}
