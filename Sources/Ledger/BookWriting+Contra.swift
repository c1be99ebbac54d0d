internal import CarbonInclusion
internal import PostgresClient

/// The other side of the journal: appended rows that the fold adds up later.
extension BookWriting {
  /// The batch of each shard, with how many messages of each partner ended how.
  func batchRows() -> (sql: String, parameters: PostgresParameters) {
    let counts = parts.map { $0.booking.counts.sorted { $0.key < $1.key } }
    var parameters = PostgresParameters()
    parameters.append(array: shards)
    parameters.append(array: parts.map(\.opening.batchNumber))
    parameters.append(array: parts.map(\.epoch))
    parameters.append(array: parts.map { Int32(clamping: $0.booking.residentsDelta) })
    parameters.append(slices: counts.map(\.count))
    parameters.append(array: counts.joined().map(\.key))
    parameters.append(array: counts.joined().flatMap { Self.columns(of: $0.value) })
    return (
      """
      INSERT INTO puhui.batch (shard, batch_no, epoch, residents, booked_at, partner_no, counts)
      SELECT u.shard, u.batch_no, u.epoch, u.residents, now(), ($7::smallint[])[u.low:u.high],
        ($8::int[])[9 * u.low - 8:9 * u.high]
      FROM unnest($1::smallint[], $2::bigint[], $3::bigint[], $4::int[], $5::int[], $6::int[])
        u(shard, batch_no, epoch, residents, low, high)
      """, parameters
    )
  }

  private static func columns(of counts: OutcomeCounts) -> [Int32] {
    [Int32(clamping: counts.received)] + Outcome.allCases.map { Int32(clamping: counts[$0]) }
  }

  func legs() -> (sql: String, parameters: PostgresParameters)? {
    let shardLegs = parts.map { $0.booking.legs.sorted { $0.key < $1.key } }
    let legs = shardLegs.flatMap(\.self)
    guard !legs.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: shards)
    parameters.append(array: parts.map(\.opening.batchNumber))
    parameters.append(slices: shardLegs.map(\.count))
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

  /// A row a shard: the numbers of its messages lie scattered, and a row each would cost as much as an entry.
  func sequenceNumbers() -> (sql: String, parameters: PostgresParameters)? {
    let numbered = parts.filter { !$0.booking.numbers.isEmpty }
    guard !numbered.isEmpty else { return nil }
    let partners = numbered.map { $0.booking.numbers.sorted { $0.key < $1.key } }
    let numbers = partners.map { $0.map { $0.value.runs.merged.flatMap(Array.init) } }
    var parameters = PostgresParameters()
    parameters.append(array: numbered.map(\.opening.shard))
    parameters.append(array: numbered.map(\.opening.batchNumber))
    parameters.append(timestamps: numbered.map(\.opening.now.microseconds))
    parameters.append(slices: partners.map(\.count))
    parameters.append(array: partners.joined().map(\.key))
    parameters.append(timestamps: partners.joined().map(\.value.seenAt.microseconds))
    // Within each shard's own numbers.
    let slices = numbers.map { PostgresParameters.slices($0.map(\.count)) }
    parameters.append(array: slices.flatMap { $0.map(\.low) })
    parameters.append(array: slices.flatMap { $0.map(\.high) })
    parameters.append(slices: numbers.map { $0.reduce(0) { $0 + $1.count } })
    parameters.append(array: numbers.joined().flatMap(\.self))
    return (
      """
      INSERT INTO puhui.sequence_batch (shard, batch_no, booked_at, partner_no, seen_at, low, high, numbers)
      SELECT u.shard, u.batch_no, u.booked_at, ($6::smallint[])[u.low:u.high], ($7::timestamptz[])[u.low:u.high],
        ($8::int[])[u.low:u.high], ($9::int[])[u.low:u.high], ($12::bigint[])[u.first:u.last]
      FROM unnest($1::smallint[], $2::bigint[], $3::timestamptz[], $4::int[], $5::int[], $10::int[], $11::int[])
        u(shard, batch_no, booked_at, low, high, first, last)
      """, parameters
    )
  }

  func refusals() -> PostgresTableRows {
    let refusals = gathered(\.refusals)
    var rows = PostgresTableRows(Self.refusalTable)
    for (part, refusal) in zip(refusals.parts, refusals.elements) {
      rows.beginRow()
      writeKey(refusal, of: parts[part].opening, to: &rows.values)
      rows.values.write(refusal.outcome.rawValue)
      rows.values.write(refusal.activityID)
      rows.values.write(refusal.resident)
      rows.values.write(refusal.reason)
      rows.values.write(refusal.detail)
    }
    return rows
  }

  func payloads() -> PostgresTableRows {
    let refusals = gathered(\.refusals)
    var rows = PostgresTableRows(Self.payloadTable)
    for (part, refusal) in zip(refusals.parts, refusals.elements) {
      guard let payload = refusal.payload else { continue }
      rows.beginRow()
      writeKey(refusal, of: parts[part].opening, to: &rows.values)
      rows.values.write(bytes: payload)
    }
    return rows
  }

  private static let refusalKey: [PostgresColumn] = [
    .bigint("incarnation"), .bigint("position"), .timestamptz("received_at"), .smallint("shard"),
    .smallint("partner_no"), .uuid("content"),
  ]

  private static let refusalTable = PostgresTable(
    "puhui.refusal",
    refusalKey + [.smallint("outcome"), .text("activity_id"), .text("resident"), .text("reason"), .text("detail")])

  private static let payloadTable = PostgresTable("puhui.refusal_payload", refusalKey + [.bytea("payload")])

  private func writeKey(_ refusal: BookedRefusal, of opening: BatchOpening, to rows: inout PostgresCopyRows) {
    rows.write(refusal.position.incarnation)
    rows.write(refusal.position.offset)
    rows.write(timestamp: opening.now.microseconds)
    rows.write(opening.shard)
    rows.write(refusal.position.partnerNumber)
    rows.write(uuid: (refusal.content.high, refusal.content.low))
  }
}
