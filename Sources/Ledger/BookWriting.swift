internal import CarbonInclusion
internal import PostgresClient

/// Writes the bookings of a batch inside its transaction: rows by binary COPY, differences by one statement a table.
struct BookWriting {
  /// What the batch does to one shard.
  struct Part {
    let opening: BatchOpening
    let epoch: Int64
    let booking: Booking
  }

  /// By rising shard.
  let parts: [Part]
  let shards: [Int16]
  /// In which the accounts were read that may be changed; `nil` where none were asked for, and the accounts are the
  /// caller's alone.
  let versions: [[Int32: RowVersion]]?

  init(parts: [Part], versions: [[Int32: RowVersion]]?) {
    self.parts = parts
    self.versions = versions
    shards = parts.map(\.opening.shard)
  }

  func write(_ connection: inout PostgresConnection) throws {
    // First: where an id is there already, the batch ends here.
    try copyKeys(&connection)
    try copyEntries(&connection)
    try copyRefusals(&connection)
    try copyNewAccounts(&connection)
    try copyTitles(&connection)
    let accounts = accountStatements()
    var statements = accounts.map(\.statement) + [batchRows()]
    statements += deadLetters()
    statements += [reviews(), legs(), sequenceNumbers()].compactMap(\.self)
    for part in parts where !part.booking.expiries.isEmpty {
      statements.append(JobWriting.insert(part.booking.expiries, bookedAt: part.opening.now))
    }
    statements.append(fences())
    let rows = try connection.pipeline(statements)
    for (place, expected) in accounts.map(\.rows).enumerated() where rows[place].affectedRows != expected {
      throw LedgerError.accountsChanged
    }
  }

  /// What each shard's booking has of one thing, as one list.
  func gathered<Element>(_ list: (Booking) -> [Element]) -> Gathered<Element> {
    Gathered(parts.map { list($0.booking) }, shards: shards)
  }

  private func copyEntries(_ connection: inout PostgresConnection) throws {
    let count = parts.reduce(0) { $0 + $1.booking.entries.count }
    guard count > 0 else { return }
    var rows = PostgresCopyRows(reservingBytes: count * 256)
    for part in parts {
      // By resident, as the key begins: neighbours go to one page. Entries are large: places are sorted in their stead.
      let entries = part.booking.entries
      let byResident = entries.indices.map { (resident: entries[$0].residentNumber, place: $0) }
      for (_, place) in byResident.sorted(by: <) { write(entries[place], of: part.opening, to: &rows) }
    }
    try connection.copy(into: "puhui.entry", columns: Self.entryColumns, rows)
  }

  /// In the order of the ids, as every batch inserts them: of two batches that share some, one waits for the other.
  private func copyKeys(_ connection: inout PostgresConnection) throws {
    let keyed = parts.enumerated().flatMap { number, part in
      let entries = part.booking.entries
      return entries.indices.filter { entries[$0].content != nil }
        .map { (id: entries[$0].key.id, part: number, place: $0) }
    }
    var keys = PostgresCopyRows(reservingBytes: keyed.count * 128)
    for (_, part, place) in keyed.sorted(by: { $0.id < $1.id }) {
      let entry = parts[part].booking.entries[place]
      guard let content = entry.content else { continue }
      keys.beginRow(columns: 7)
      keys.write(uuid: (content.high, content.low))
      keys.write(entry.number)
      keys.write(entry.residentNumber)
      keys.write(shards[part])
      keys.write(KeyShard.shard(of: entry.key))
      keys.write(entry.key.partnerNumber)
      keys.write(entry.key.id)
    }
    try connection.copy(
      into: "puhui.activity_key",
      columns: ["content", "entry_no", "resident_no", "shard", "key_shard", "partner_no", "activity_id"], keys)
  }

  private static let entryColumns = [
    "entry_no", "quantity", "credited_quantity", "reduction_mg", "points", "nanopoints", "occurred_at", "booked_at",
    "started_at", "refers_to", "claimed_mg", "sequence", "evidence", "resident_no", "factor_no", "region", "shard",
    "kind", "outcome", "partner_no", "behaviour_no", "other_partner_no", "activity_id", "reason", "detail",
    "other_activity_id",
  ]

  private func write(_ entry: BookedEntry, of opening: BatchOpening, to rows: inout PostgresCopyRows) {
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
    for part in parts {
      for account in part.booking.accounts where account.isNew { write(account, of: part.opening, to: &rows) }
    }
    guard rows.rowCount > 0 else { return }
    try connection.copy(
      into: "puhui.account",
      columns: [
        "actions", "reduction_mg", "points_available", "points_held", "points_debt", "nanopoints", "latest_at",
        "opened_at", "resident_no", "shard", "resident", "lots", "title", "reserve",
      ], rows)
  }

  private func write(_ account: AccountChange, of opening: BatchOpening, to rows: inout PostgresCopyRows) {
    rows.beginRow(columns: 14)
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
    rows.write(bytes: Self.reserve)
  }

  /// What a new account keeps free in its page until it changes for the first time; see `m0014_account_reserve.sql`.
  private static let reserve = [UInt8](repeating: 0, count: 48)

  private func copyTitles(_ connection: inout PostgresConnection) throws {
    var rows = PostgresCopyRows()
    for part in parts {
      for change in part.booking.titles {
        rows.beginRow(columns: 8)
        rows.write(Int64(0))
        rows.write(Int64(0))
        rows.write(timestamp: part.opening.now.microseconds)
        rows.write(change.residentNumber)
        rows.write(part.opening.shard)
        rows.write(AccountEntry.Kind.title.rawValue)
        rows.write(change.reason.rawValue)
        rows.write(change.title)
      }
    }
    guard rows.rowCount > 0 else { return }
    try connection.copy(
      into: "puhui.account_entry",
      columns: ["points", "held", "booked_at", "resident_no", "shard", "kind", "reason", "title"], rows)
  }

  private func reviews() -> (sql: String, parameters: PostgresParameters)? {
    let reviews = gathered(\.reviews).elements
    guard !reviews.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: reviews.map(\.jobID))
    parameters.append(array: reviews.map(\.outcome.rawValue))
    return (
      """
      UPDATE puhui.review r SET outcome = c.outcome, decided_at = now()
      FROM (SELECT u.* FROM unnest($1::text[], $2::smallint[]) u(job_id, outcome) OFFSET 0) c
      WHERE r.job_id = c.job_id AND r.outcome IS NULL
      """, parameters
    )
  }

  /// The numbers that come next, and how far each inbox has been booked.
  private func fences() -> (sql: String, parameters: PostgresParameters) {
    let marks = parts.map { part in
      part.opening.highWaterMarks.merging(part.booking.highWaterMarks) { max($0, $1) }
        .sorted { ($0.key.partnerNumber, $0.key.incarnation) < ($1.key.partnerNumber, $1.key.incarnation) }
    }
    var parameters = PostgresParameters()
    parameters.append(array: shards)
    parameters.append(array: parts.map(\.opening.batchNumber))
    parameters.append(array: parts.map(\.booking.nextEntryNumber))
    parameters.append(array: parts.map(\.booking.nextResidentNumber))
    parameters.append(slices: marks.map(\.count))
    parameters.append(array: marks.joined().map(\.key.partnerNumber))
    parameters.append(array: marks.joined().map(\.key.incarnation))
    parameters.append(array: marks.joined().map(\.value))
    return (
      // Written also by a batch of nothing but duplicates: a commit that writes nothing does not wait for a standby.
      """
      UPDATE puhui.fence f SET batch_no = c.batch_no, next_entry_no = c.next_entry_no,
        next_resident_no = c.next_resident_no, inbox_partner_no = ($7::smallint[])[c.low:c.high],
        inbox_incarnation = ($8::bigint[])[c.low:c.high], inbox_position = ($9::bigint[])[c.low:c.high]
      FROM (SELECT u.* FROM unnest($1::smallint[], $2::bigint[], $3::bigint[], $4::int[], $5::int[], $6::int[])
        u(shard, batch_no, next_entry_no, next_resident_no, low, high) OFFSET 0) c
      WHERE f.shard = c.shard
      """, parameters
    )
  }
}
