internal import CarbonInclusion
internal import PostgresClient

/// The other side of the journal: appended rows that the fold adds up later.
extension BookWriting {
  func batchRows() -> (sql: String, parameters: PostgresParameters) {
    var parameters = PostgresParameters()
    parameters.append(array: shards)
    parameters.append(array: parts.map(\.opening.batchNumber))
    parameters.append(array: parts.map(\.epoch))
    parameters.append(array: parts.map { Int32(clamping: $0.booking.residentsDelta) })
    return (
      """
      INSERT INTO puhui.batch (shard, batch_no, epoch, residents, booked_at)
      SELECT u.*, now() FROM unnest($1::smallint[], $2::bigint[], $3::bigint[], $4::int[]) u
      """, parameters
    )
  }

  func legs() -> (sql: String, parameters: PostgresParameters)? {
    let shardLegs = parts.map { $0.booking.legs.sorted { $0.key < $1.key } }
    let ends = Self.ends(shardLegs.map(\.count))
    let legs = shardLegs.flatMap(\.self)
    guard !legs.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: shards)
    parameters.append(array: parts.map(\.opening.batchNumber))
    parameters.append(array: zip(ends, shardLegs).map { $0 - Int32(clamping: $1.count) + 1 })
    parameters.append(array: ends)
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
      SELECT u.shard, u.batch_no, ($5::date[])[u.low:u.high], ($6::smallint[])[u.low:u.high],
        ($7::smallint[])[u.low:u.high], ($8::int[])[u.low:u.high], ($9::int[])[u.low:u.high],
        ($10::bigint[])[u.low:u.high], ($11::bigint[])[u.low:u.high]
      FROM unnest($1::smallint[], $2::bigint[], $3::int[], $4::int[]) u(shard, batch_no, low, high)
      WHERE u.low <= u.high
      """, parameters
    )
  }

  func outcomeLegs() -> (sql: String, parameters: PostgresParameters) {
    let gathered = gathered { Array($0.counts) }
    let counts = gathered.elements
    var parameters = PostgresParameters()
    parameters.append(array: gathered.shards)
    parameters.append(array: gathered.parts.map { parts[$0].opening.batchNumber })
    parameters.append(array: counts.map(\.key))
    parameters.append(array: counts.map { Int32(clamping: $0.value.received) })
    for outcome in Outcome.allCases { parameters.append(array: counts.map { Int32(clamping: $0.value[outcome]) }) }
    return (
      """
      INSERT INTO puhui.outcome_leg (shard, batch_no, partner_no, received, credited, capped, duplicate, conflict,
        overlap, held, reversal, rejected)
      SELECT l.* FROM unnest($1::smallint[], $2::bigint[], $3::smallint[], $4::int[], $5::int[], $6::int[], $7::int[],
        $8::int[], $9::int[], $10::int[], $11::int[], $12::int[]) l
      """, parameters
    )
  }

  func positions() -> (sql: String, parameters: PostgresParameters)? {
    let gathered = gathered { Array($0.highWaterMarks) }
    guard !gathered.isEmpty else { return nil }
    let marks = gathered.elements
    var parameters = PostgresParameters()
    parameters.append(array: gathered.shards)
    parameters.append(array: marks.map(\.key.partnerNumber))
    parameters.append(array: marks.map(\.key.incarnation))
    parameters.append(array: marks.map(\.value))
    return (
      """
      INSERT INTO puhui.inbox_position (shard, partner_no, incarnation, position)
      SELECT m.* FROM unnest($1::smallint[], $2::smallint[], $3::bigint[], $4::bigint[]) m
      ON CONFLICT (shard, partner_no, incarnation) DO UPDATE SET position = excluded.position
      """, parameters
    )
  }

  /// One row a partner: the numbers of a shard's messages lie scattered, and a row each would cost as much as an entry.
  func sequenceNumbers() -> (sql: String, parameters: PostgresParameters)? {
    let gathered = gathered { $0.numbers.sorted { $0.key < $1.key } }
    guard !gathered.isEmpty else { return nil }
    let partners = gathered.elements
    let numbers = partners.map { $0.value.runs.merged.flatMap(Array.init) }
    let ends = Self.ends(numbers.map(\.count))
    var parameters = PostgresParameters()
    parameters.append(array: gathered.shards)
    parameters.append(array: gathered.parts.map { parts[$0].opening.batchNumber })
    parameters.append(timestamps: gathered.parts.map { parts[$0].opening.now.microseconds })
    parameters.append(array: partners.map(\.key))
    parameters.append(timestamps: partners.map(\.value.seenAt.microseconds))
    parameters.append(array: zip(ends, numbers).map { $0 - Int32(clamping: $1.count) + 1 })
    parameters.append(array: ends)
    parameters.append(array: numbers.flatMap(\.self))
    return (
      """
      INSERT INTO puhui.sequence_batch (shard, batch_no, booked_at, partner_no, seen_at, numbers)
      SELECT p.shard, p.batch_no, p.booked_at, p.partner_no, p.seen_at, ($8::bigint[])[p.low:p.high]
      FROM unnest($1::smallint[], $2::bigint[], $3::timestamptz[], $4::smallint[], $5::timestamptz[], $6::int[],
        $7::int[]) p(shard, batch_no, booked_at, partner_no, seen_at, low, high)
      """, parameters
    )
  }

  /// Where each of several lists ends in all of them together, counted from 1.
  private static func ends(_ counts: [Int]) -> [Int32] {
    var end: Int32 = 0
    return counts.map { count in
      end += Int32(clamping: count)
      return end
    }
  }

  func copyRefusals(_ connection: inout PostgresConnection) throws {
    let refusals = gathered(\.refusals)
    guard !refusals.isEmpty else { return }
    var rows = PostgresCopyRows()
    var payloads = PostgresCopyRows()
    for (part, refusal) in zip(refusals.parts, refusals.elements) {
      rows.beginRow(columns: 11)
      writeKey(refusal, of: parts[part].opening, to: &rows)
      rows.write(refusal.outcome.rawValue)
      rows.write(refusal.activityID)
      rows.write(refusal.resident)
      rows.write(refusal.reason)
      rows.write(refusal.detail)
      guard let payload = refusal.payload else { continue }
      payloads.beginRow(columns: 7)
      writeKey(refusal, of: parts[part].opening, to: &payloads)
      payloads.write(bytes: payload)
    }
    let key = ["incarnation", "position", "received_at", "shard", "partner_no", "content"]
    try connection.copy(
      into: "puhui.refusal", columns: key + ["outcome", "activity_id", "resident", "reason", "detail"], rows)
    guard payloads.rowCount > 0 else { return }
    try connection.copy(into: "puhui.refusal_payload", columns: key + ["payload"], payloads)
  }

  private func writeKey(_ refusal: BookedRefusal, of opening: BatchOpening, to rows: inout PostgresCopyRows) {
    rows.write(refusal.position.incarnation)
    rows.write(refusal.position.offset)
    rows.write(timestamp: opening.now.microseconds)
    rows.write(opening.shard)
    rows.write(refusal.position.partnerNumber)
    rows.write(uuid: (refusal.content.high, refusal.content.low))
  }
}
