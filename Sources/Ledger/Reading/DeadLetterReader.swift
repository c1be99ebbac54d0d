package import CarbonInclusion
package import PostgresClient

/// A dead letter with everything that is known of it.
package struct DeadLetter: Sendable {
  package enum State: String, Sendable, CaseIterable {
    case buried, retried, discarded
  }

  /// Whose workers it killed.
  package enum Stage: String, Sendable, CaseIterable {
    case ingest, score
  }

  package var name: DeadLetterName
  package var key: DeadLetterKey
  package var activityID: String?
  package var resident: String?
  package var stage: Stage
  package var state: State
  package var burials: Int32
  /// What is known of the deaths, a line for each burial.
  package var attempts: String
  /// The message's one outcome, as it stands.
  package var outcome: String
  package var reason: String?
  package var detail: String?
  package var buriedAt: Instant
  package var changedAt: Instant
  package var changedBy: String?
  /// The message; `nil` where it has expired, as it does of closed letters.
  package var payload: [UInt8]?
}

/// Which dead letters are meant; `nil` means any.
package struct DeadLetterFilter: Sendable {
  package var partner: String?
  package var activityID: String?
  package var since: Instant?
  /// Not included.
  package var until: Instant?
  package var stage: DeadLetter.Stage?
  package var state: DeadLetter.State?

  package init() {}
}

package enum DeadLetterReader {
  /// So many letters at most, in the order of their keys, beginning after one of them.
  ///
  /// - Parameter newestFirst: the newest burials instead, for people.
  package static func list(
    _ filter: DeadLetterFilter, after key: DeadLetterKey? = nil, limit: Int32, newestFirst: Bool = false,
    _ connection: inout PostgresConnection
  ) throws -> [DeadLetter] {
    var parameters = parameters(filter)
    parameters.append(key?.shard)
    parameters.append(key?.refused.position.partnerNumber)
    parameters.append(key?.refused.position.incarnation)
    parameters.append(key?.refused.position.offset)
    parameters.append(uuid: key.map { ($0.refused.content.high, $0.refused.content.low) })
    parameters.append(limit)
    let order = newestFirst ? "d.buried_at DESC, " : ""
    return read(
      try connection.query(
        """
        \(columns) WHERE \(condition) AND ($7::smallint IS NULL
          OR (d.shard, d.partner_no, d.incarnation, d.position, d.content) > ($7, $8, $9, $10, $11))
        ORDER BY \(order)d.shard, d.partner_no, d.incarnation, d.position, d.content LIMIT $12
        """, parameters))
  }

  /// The letters of a name: one, but for the unlikely case that eight digits do not tell two apart.
  package static func read(_ name: DeadLetterName, _ connection: inout PostgresConnection) throws -> [DeadLetter] {
    var parameters = PostgresParameters()
    parameters.append(name.shard)
    parameters.append(name.partner)
    parameters.append(name.incarnation)
    parameters.append(name.position)
    parameters.append(name.digits)
    return read(
      try connection.query(
        """
        \(columns) WHERE d.shard = $1 AND p.code = $2 AND d.incarnation = $3 AND d.position = $4
          AND left(d.content::text, 8) = $5
        ORDER BY d.content
        """, parameters))
  }

  package static func count(_ filter: DeadLetterFilter, _ connection: inout PostgresConnection) throws -> Int64 {
    try connection.query(
      "SELECT count(*) FROM puhui.dead_letter d JOIN puhui.partner p USING (partner_no) WHERE \(condition)",
      parameters(filter)
    ).int64(0, 0)
  }

  private static let columns = """
    SELECT d.shard, d.partner_no, d.incarnation, d.position, d.content, p.code, d.activity_id, d.resident, d.stage,
      d.state, d.burials, d.attempts, puhui.outcome_code(coalesce(d.outcome, r.outcome)),
      CASE WHEN d.outcome IS NULL THEN r.reason ELSE d.reason END,
      CASE WHEN d.outcome IS NULL THEN r.detail ELSE d.detail END, d.buried_at, d.changed_at, d.changed_by, y.payload
    FROM puhui.dead_letter d
    JOIN puhui.partner p USING (partner_no)
    JOIN puhui.refusal r USING (shard, partner_no, incarnation, position, content)
    LEFT JOIN puhui.refusal_payload y USING (shard, partner_no, incarnation, position, content)
    """

  private static let condition = """
    ($1::text IS NULL OR p.code = $1) AND ($2::text IS NULL OR d.activity_id = $2)
      AND ($3::timestamptz IS NULL OR d.buried_at >= $3) AND ($4::timestamptz IS NULL OR d.buried_at < $4)
      AND ($5::text IS NULL OR d.stage = $5) AND ($6::text IS NULL OR d.state = $6)
    """

  private static func parameters(_ filter: DeadLetterFilter) -> PostgresParameters {
    var parameters = PostgresParameters()
    parameters.append(filter.partner)
    parameters.append(filter.activityID)
    parameters.append(timestamp: filter.since?.microseconds)
    parameters.append(timestamp: filter.until?.microseconds)
    parameters.append(filter.stage?.rawValue)
    parameters.append(filter.state?.rawValue)
    return parameters
  }

  private static func read(_ rows: PostgresRows) -> [DeadLetter] {
    (0..<rows.count).map { row in
      let (high, low) = rows.uuid(row, 4)
      let content = Digest(high: high, low: low)
      let position = MessagePosition(
        partnerNumber: rows.int16(row, 1), incarnation: rows.int64(row, 2), offset: rows.int64(row, 3))
      return DeadLetter(
        name: DeadLetterName(
          shard: rows.int16(row, 0), partner: rows.string(row, 5), incarnation: position.incarnation,
          position: position.offset, content: content),
        key: DeadLetterKey(shard: rows.int16(row, 0), refused: .init(position: position, content: content)),
        activityID: rows.optionalString(row, 6), resident: rows.optionalString(row, 7),
        stage: .init(rawValue: rows.string(row, 8)) ?? .ingest,
        state: .init(rawValue: rows.string(row, 9)) ?? .buried, burials: rows.int32(row, 10),
        attempts: rows.string(row, 11), outcome: rows.string(row, 12), reason: rows.optionalString(row, 13),
        detail: rows.optionalString(row, 14), buriedAt: Instant(microseconds: rows.timestamp(row, 15)),
        changedAt: Instant(microseconds: rows.timestamp(row, 16)), changedBy: rows.optionalString(row, 17),
        payload: rows.optionalBytes(row, 18))
    }
  }
}
