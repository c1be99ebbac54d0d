internal import CarbonInclusion
internal import PostgresClient

/// The other side of the journal: appended rows that the fold adds up later.
extension BookWriting {
  func batchRow() -> (sql: String, parameters: PostgresParameters) {
    var parameters = PostgresParameters()
    parameters.append(opening.shard)
    parameters.append(opening.batchNumber)
    parameters.append(epoch)
    parameters.append(Int32(clamping: booking.residentsDelta))
    return (
      "INSERT INTO puhui.batch (shard, batch_no, epoch, residents, booked_at) VALUES ($1, $2, $3, $4, now())",
      parameters
    )
  }

  func legs() -> (sql: String, parameters: PostgresParameters) {
    let legs = booking.legs.sorted { $0.key < $1.key }
    var parameters = PostgresParameters()
    parameters.append(opening.shard)
    parameters.append(opening.batchNumber)
    parameters.append(dates: legs.map(\.key.day.number))
    parameters.append(array: legs.map(\.key.partnerNumber))
    parameters.append(array: legs.map(\.key.behaviourNumber))
    parameters.append(array: legs.map { $0.key.region?.code ?? 0 })
    parameters.append(array: legs.map { Int32(clamping: $0.value.actions) })
    parameters.append(array: legs.map(\.value.reductionMilligrams))
    parameters.append(array: legs.map(\.value.points))
    return (
      """
      INSERT INTO puhui.leg_block (shard, batch_no, day, partner_no, behaviour_no, region, actions, reduction_mg,
        points)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
      """, parameters
    )
  }

  func outcomeLegs() -> (sql: String, parameters: PostgresParameters) {
    let counts = Array(booking.counts)
    var parameters = PostgresParameters()
    parameters.append(opening.shard)
    parameters.append(opening.batchNumber)
    parameters.append(array: counts.map(\.key))
    parameters.append(array: counts.map { Int32(clamping: $0.value.received) })
    for outcome in Outcome.allCases { parameters.append(array: counts.map { Int32(clamping: $0.value[outcome]) }) }
    return (
      """
      INSERT INTO puhui.outcome_leg (shard, batch_no, partner_no, received, credited, capped, duplicate, conflict,
        overlap, held, reversal, rejected)
      SELECT $1, $2, l.* FROM unnest($3::smallint[], $4::int[], $5::int[], $6::int[], $7::int[], $8::int[], $9::int[],
        $10::int[], $11::int[], $12::int[]) l
      """, parameters
    )
  }

  func positions() -> (sql: String, parameters: PostgresParameters) {
    let marks = Array(booking.highWaterMarks)
    var parameters = PostgresParameters()
    parameters.append(opening.shard)
    parameters.append(array: marks.map(\.key.partnerNumber))
    parameters.append(array: marks.map(\.key.incarnation))
    parameters.append(array: marks.map(\.value))
    return (
      """
      INSERT INTO puhui.inbox_position (shard, partner_no, incarnation, position)
      SELECT $1, m.* FROM unnest($2::smallint[], $3::bigint[], $4::bigint[]) m
      ON CONFLICT (shard, partner_no, incarnation) DO UPDATE SET position = excluded.position
      """, parameters
    )
  }

  /// One row a partner: the numbers of a shard's messages lie scattered, and a row each would cost as much as an entry.
  func sequenceNumbers() -> (sql: String, parameters: PostgresParameters) {
    let partners = booking.numbers.sorted { $0.key < $1.key }
    let numbers = partners.map { $0.value.runs.merged.flatMap(Array.init) }
    var ends: [Int32] = []
    for list in numbers { ends.append((ends.last ?? 0) + Int32(clamping: list.count)) }
    var parameters = PostgresParameters()
    parameters.append(opening.shard)
    parameters.append(opening.batchNumber)
    parameters.append(timestamp: opening.now.microseconds)
    parameters.append(array: partners.map(\.key))
    parameters.append(timestamps: partners.map(\.value.seenAt.microseconds))
    parameters.append(array: zip(ends, numbers).map { $0 - Int32(clamping: $1.count) + 1 })
    parameters.append(array: ends)
    parameters.append(array: numbers.flatMap(\.self))
    return (
      """
      INSERT INTO puhui.sequence_batch (shard, batch_no, booked_at, partner_no, seen_at, numbers)
      SELECT $1, $2, $3, p.partner_no, p.seen_at, ($8::bigint[])[p.low:p.high]
      FROM unnest($4::smallint[], $5::timestamptz[], $6::int[], $7::int[]) p(partner_no, seen_at, low, high)
      """, parameters
    )
  }

  func copyRefusals(_ connection: inout PostgresConnection) throws {
    guard !booking.refusals.isEmpty else { return }
    var rows = PostgresCopyRows()
    var payloads = PostgresCopyRows()
    for refusal in booking.refusals {
      rows.beginRow(columns: 11)
      writeKey(refusal, to: &rows)
      rows.write(refusal.outcome.rawValue)
      rows.write(refusal.activityID)
      rows.write(refusal.resident)
      rows.write(refusal.reason)
      rows.write(refusal.detail)
      guard let payload = refusal.payload else { continue }
      payloads.beginRow(columns: 7)
      writeKey(refusal, to: &payloads)
      payloads.write(bytes: payload)
    }
    let key = ["incarnation", "position", "received_at", "shard", "partner_no", "content"]
    try connection.copy(
      into: "puhui.refusal", columns: key + ["outcome", "activity_id", "resident", "reason", "detail"], rows)
    try connection.copy(into: "puhui.refusal_payload", columns: key + ["payload"], payloads)
  }

  private func writeKey(_ refusal: BookedRefusal, to rows: inout PostgresCopyRows) {
    rows.write(refusal.position.incarnation)
    rows.write(refusal.position.offset)
    rows.write(timestamp: opening.now.microseconds)
    rows.write(opening.shard)
    rows.write(refusal.position.partnerNumber)
    rows.write(uuid: (refusal.content.high, refusal.content.low))
  }
}
