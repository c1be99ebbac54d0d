internal import CarbonInclusion
internal import PostgresClient

/// Writes one booking inside the batch's transaction: rows by binary COPY, differences by one statement a table.
struct BookWriting {
  let opening: BatchOpening
  let epoch: Int64
  let booking: Booking

  func write(_ connection: inout PostgresConnection) throws {
    try copyEntries(&connection)
    try copyRefusals(&connection)
    try copyNewAccounts(&connection)
    try copyTitles(&connection)
    var statements = [accountUpdate(), outcomeLegs(), batchRow()]
    statements += deadLetters()
    if !booking.expiries.isEmpty { statements.append(JobWriting.insert(booking.expiries, bookedAt: opening.now)) }
    if !booking.reviews.isEmpty { statements.append(reviews()) }
    if !booking.legs.isEmpty { statements.append(legs()) }
    if !booking.highWaterMarks.isEmpty { statements.append(positions()) }
    if !booking.numbers.isEmpty { statements.append(sequenceNumbers()) }
    statements.append(fence())
    _ = try connection.pipeline(statements)
  }

  private func copyEntries(_ connection: inout PostgresConnection) throws {
    guard !booking.entries.isEmpty else { return }
    var keys = PostgresCopyRows(reservingBytes: booking.entries.count * 128)
    var rows = PostgresCopyRows(reservingBytes: booking.entries.count * 320)
    // By resident, as the key begins: neighbours go to one page. Entries are large: places are sorted in their stead.
    let entries = booking.entries
    let byResident = entries.indices.map { (resident: entries[$0].residentNumber, place: $0) }
    for (_, place) in byResident.sorted(by: <) { write(entries[place], to: &rows) }
    let byID = entries.indices.lazy.filter { entries[$0].content != nil }.map { (id: entries[$0].key.id, place: $0) }
    for (_, place) in byID.sorted(by: { $0.id < $1.id }) {
      let entry = entries[place]
      guard let content = entry.content else { continue }
      keys.beginRow(columns: 7)
      keys.write(uuid: (content.high, content.low))
      keys.write(entry.number)
      keys.write(entry.residentNumber)
      keys.write(opening.shard)
      keys.write(KeyShard.shard(of: entry.key))
      keys.write(entry.key.partnerNumber)
      keys.write(entry.key.id)
    }
    try connection.copy(
      into: "puhui.activity_key",
      columns: ["content", "entry_no", "resident_no", "shard", "key_shard", "partner_no", "activity_id"], keys)
    try connection.copy(into: "puhui.entry", columns: Self.entryColumns, rows)
  }

  private static let entryColumns = [
    "entry_no", "quantity", "credited_quantity", "reduction_mg", "points", "nanopoints", "occurred_at", "booked_at",
    "started_at", "refers_to", "claimed_mg", "sequence", "evidence", "resident_no", "factor_no", "region", "shard",
    "kind", "outcome", "partner_no", "behaviour_no", "other_partner_no", "activity_id", "reason", "detail",
    "other_activity_id",
  ]

  private func write(_ entry: BookedEntry, to rows: inout PostgresCopyRows) {
    rows.beginRow(columns: Int16(Self.entryColumns.count))
    rows.write(entry.number)
    rows.write(entry.quantity.millionths)
    rows.write(entry.credit.creditedQuantity.millionths)
    rows.write(entry.credit.reductionMilligrams)
    rows.write(entry.points)
    rows.write(entry.credit.nanopoints)
    rows.write(timestamp: entry.occurredAt.microseconds)
    rows.write(timestamp: opening.now.microseconds)
    rows.write(timestamp: entry.startedAt?.microseconds)
    rows.write(entry.refersTo)
    rows.write(entry.claimedMilligrams)
    rows.write(entry.sequence)
    rows.write(uuid: entry.evidence.map { ($0.high, $0.low) })
    rows.write(entry.residentNumber)
    rows.write(entry.credit.factorNumber)
    rows.write(entry.region?.code)
    rows.write(opening.shard)
    rows.write(entry.kind.rawValue)
    rows.write(entry.credit.outcome.rawValue)
    rows.write(entry.key.partnerNumber)
    rows.write(entry.behaviourNumber)
    rows.write(entry.credit.other?.partnerNumber)
    rows.write(entry.key.id)
    rows.write(entry.credit.reason)
    rows.write(entry.credit.detail)
    rows.write(entry.credit.other?.id)
  }

  private func copyNewAccounts(_ connection: inout PostgresConnection) throws {
    var rows = PostgresCopyRows()
    for account in booking.accounts where account.isNew {
      rows.beginRow(columns: 13)
      rows.write(account.actions)
      rows.write(account.reductionMilligrams)
      rows.write(account.purse.available)
      rows.write(account.purse.held)
      rows.write(account.purse.debt)
      rows.write(account.nanopoints)
      rows.write(timestamp: account.latestAt.microseconds)
      rows.write(timestamp: opening.now.microseconds)
      rows.write(account.residentNumber)
      rows.write(opening.shard)
      rows.write(account.resident)
      rows.write(array: account.purse.lots.map(\.packed))
      rows.write(account.title)
    }
    guard rows.rowCount > 0 else { return }
    try connection.copy(
      into: "puhui.account",
      columns: [
        "actions", "reduction_mg", "points_available", "points_held", "points_debt", "nanopoints", "latest_at",
        "opened_at", "resident_no", "shard", "resident", "lots", "title",
      ], rows)
  }

  private func copyTitles(_ connection: inout PostgresConnection) throws {
    guard !booking.titles.isEmpty else { return }
    var rows = PostgresCopyRows()
    for change in booking.titles {
      rows.beginRow(columns: 8)
      rows.write(Int64(0))
      rows.write(Int64(0))
      rows.write(timestamp: opening.now.microseconds)
      rows.write(change.residentNumber)
      rows.write(opening.shard)
      rows.write(AccountEntry.Kind.title.rawValue)
      rows.write(change.reason.rawValue)
      rows.write(change.title)
    }
    try connection.copy(
      into: "puhui.account_entry",
      columns: ["points", "held", "booked_at", "resident_no", "shard", "kind", "reason", "title"], rows)
  }

  /// The points absolutely: the batch has locked the accounts before it read them. What is held is not scoring's.
  private func accountUpdate() -> (sql: String, parameters: PostgresParameters) {
    let changes = booking.accounts.filter { !$0.isNew }.sorted { $0.residentNumber < $1.residentNumber }
    var parameters = PostgresParameters()
    parameters.append(opening.shard)
    parameters.append(array: changes.map(\.residentNumber))
    parameters.append(array: changes.map(\.actions))
    parameters.append(array: changes.map(\.reductionMilligrams))
    parameters.append(array: changes.map(\.nanopoints))
    parameters.append(timestamps: changes.map(\.latestAt.microseconds))
    parameters.append(array: changes.map(\.purse.available))
    parameters.append(array: changes.map(\.purse.debt))
    PackedLots.append(changes.map(\.purse.lots), to: &parameters)
    parameters.append(array: changes.map(\.title))
    return (
      """
      UPDATE puhui.account a SET actions = a.actions + c.actions, reduction_mg = a.reduction_mg + c.reduction_mg,
        nanopoints = a.nanopoints + c.nanopoints, latest_at = greatest(a.latest_at, c.latest_at),
        points_available = c.available, points_debt = c.debt, lots = ($11::bigint[])[c.low:c.high], title = c.title
      FROM (SELECT $1 AS shard, u.* FROM
        unnest($2::int[], $3::bigint[], $4::bigint[], $5::bigint[], $6::timestamptz[], $7::bigint[], $8::bigint[],
          $9::int[], $10::int[], $12::text[])
        u(resident_no, actions, reduction_mg, nanopoints, latest_at, available, debt, low, high, title) OFFSET 0) c
      WHERE a.shard = c.shard AND a.resident_no = c.resident_no
      """, parameters
    )
  }

  private func reviews() -> (sql: String, parameters: PostgresParameters) {
    var parameters = PostgresParameters()
    parameters.append(array: booking.reviews.map(\.jobID))
    parameters.append(array: booking.reviews.map(\.outcome.rawValue))
    return (
      """
      UPDATE puhui.review r SET outcome = c.outcome, decided_at = now()
      FROM (SELECT u.* FROM unnest($1::text[], $2::smallint[]) u(job_id, outcome) OFFSET 0) c
      WHERE r.job_id = c.job_id AND r.outcome IS NULL
      """, parameters
    )
  }

  private func fence() -> (sql: String, parameters: PostgresParameters) {
    var parameters = PostgresParameters()
    parameters.append(opening.shard)
    parameters.append(opening.batchNumber)
    parameters.append(booking.nextEntryNumber)
    parameters.append(booking.nextResidentNumber)
    return (
      // Written also by a batch of nothing but duplicates: a commit that writes nothing does not wait for a standby.
      "UPDATE puhui.fence SET batch_no = $2, next_entry_no = $3, next_resident_no = $4 WHERE shard = $1", parameters
    )
  }
}
