internal import CarbonInclusion
internal import PostgresClient

/// Writes the bookings of a batch inside its transaction: rows by binary COPY where they are many, and all else, also
/// few rows, by statements in one round trip.
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

  /// Up to so many entries travel with the statements. A COPY takes two round trips a table, but less of the server for
  /// each row.
  private static let fewEntries = 64

  func write(_ connection: inout PostgresConnection) throws {
    // Keys first: where an id is there already, the batch ends here.
    let tables = [keys, entries, refusals, payloads, newAccounts, titles]
    var statements: [(sql: String, parameters: PostgresParameters)] = []
    if parts.reduce(0, { $0 + $1.booking.entries.count }) <= Self.fewEntries {
      statements = try tables.map { $0() }.filter { !$0.isEmpty }.map { try $0.statement() }
    } else {
      // Many rows take much room: of one table at a time.
      for table in tables { try connection.copy(table()) }
    }
    let accounts = accountStatements()
    let firstAccounts = statements.count
    statements += accounts.map(\.statement) + [batchRows()]
    statements += deadLetters()
    statements += [reviews(), legs(), sequenceNumbers()].compactMap(\.self)
    for part in parts where !part.booking.expiries.isEmpty {
      statements.append(JobWriting.insert(part.booking.expiries, bookedAt: part.opening.now))
    }
    statements.append(fences())
    let answers = try connection.pipeline(statements)
    for (place, account) in accounts.enumerated()
    where answers[firstAccounts + place].affectedRows != account.rows {
      throw LedgerError.accountsChanged
    }
  }

  /// What each shard's booking has of one thing, as one list.
  func gathered<Element>(_ list: (Booking) -> [Element]) -> Gathered<Element> {
    Gathered(parts.map { list($0.booking) }, shards: shards)
  }

  private func entries() -> PostgresTableRows {
    let count = parts.reduce(0) { $0 + $1.booking.entries.count }
    var rows = PostgresTableRows(Self.entryTable, reservingBytes: count * 256)
    for part in parts {
      // By resident, as the key begins: neighbours go to one page. Entries are large: places are sorted in their stead.
      let entries = part.booking.entries
      let byResident = entries.indices.map { (resident: entries[$0].residentNumber, place: $0) }
      for (_, place) in byResident.sorted(by: <) {
        rows.beginRow()
        write(entries[place], of: part.opening, to: &rows.values)
      }
    }
    return rows
  }

  /// In the order of the ids, as every batch inserts them: of two batches that share some, one waits for the other.
  private func keys() -> PostgresTableRows {
    let keyed = parts.enumerated().flatMap { number, part in
      let entries = part.booking.entries
      return entries.indices.filter { entries[$0].content != nil }
        .map { (id: entries[$0].key.id, part: number, place: $0) }
    }
    var keys = PostgresTableRows(Self.keyTable, reservingBytes: keyed.count * 128)
    for (_, part, place) in keyed.sorted(by: { $0.id < $1.id }) {
      let entry = parts[part].booking.entries[place]
      guard let content = entry.content else { continue }
      keys.beginRow()
      keys.values.write(uuid: (content.high, content.low))
      keys.values.write(entry.number)
      keys.values.write(entry.residentNumber)
      keys.values.write(shards[part])
      keys.values.write(KeyShard.shard(of: entry.key))
      keys.values.write(entry.key.partnerNumber)
      keys.values.write(entry.key.id)
    }
    return keys
  }

  private static let keyTable = PostgresTable(
    "puhui.activity_key",
    [
      .uuid("content"), .bigint("entry_no"), .integer("resident_no"), .smallint("shard"), .smallint("key_shard"),
      .smallint("partner_no"), .text("activity_id"),
    ])

  private static let entryTable = PostgresTable(
    "puhui.entry",
    [
      .bigint("entry_no"), .bigint("quantity"), .bigint("credited_quantity"), .bigint("reduction_mg"),
      .bigint("points"),
      .bigint("nanopoints"), .timestamptz("occurred_at"), .timestamptz("booked_at"), .timestamptz("started_at"),
      .bigint("refers_to"), .bigint("claimed_mg"), .bigint("sequence"), .uuid("evidence"), .integer("resident_no"),
      .integer("factor_no"), .integer("region"), .smallint("shard"), .smallint("kind"), .smallint("outcome"),
      .smallint("partner_no"), .smallint("behaviour_no"), .smallint("other_partner_no"), .text("activity_id"),
      .text("reason"), .text("detail"), .text("other_activity_id"),
    ])

  private func write(_ entry: BookedEntry, of opening: BatchOpening, to rows: inout PostgresCopyRows) {
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

  private static let accountTable = PostgresTable(
    "puhui.account",
    [
      .bigint("actions"), .bigint("reduction_mg"), .bigint("points_available"), .bigint("points_held"),
      .bigint("points_debt"), .bigint("nanopoints"), .timestamptz("latest_at"), .timestamptz("opened_at"),
      .integer("resident_no"), .smallint("shard"), .text("resident"), .bigints("lots"), .text("title"),
      .bytea("reserve"),
    ])

  private func newAccounts() -> PostgresTableRows {
    var rows = PostgresTableRows(Self.accountTable)
    for part in parts {
      for account in part.booking.accounts where account.isNew {
        rows.beginRow()
        write(account, of: part.opening, to: &rows.values)
      }
    }
    return rows
  }

  private func write(_ account: AccountChange, of opening: BatchOpening, to rows: inout PostgresCopyRows) {
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

  private static let accountEntryTable = PostgresTable(
    "puhui.account_entry",
    [
      .bigint("points"), .bigint("held"), .timestamptz("booked_at"), .integer("resident_no"), .smallint("shard"),
      .smallint("kind"), .text("reason"), .text("title"),
    ])

  private func titles() -> PostgresTableRows {
    var rows = PostgresTableRows(Self.accountEntryTable)
    for part in parts {
      for change in part.booking.titles {
        rows.beginRow()
        rows.values.write(Int64(0))
        rows.values.write(Int64(0))
        rows.values.write(timestamp: part.opening.now.microseconds)
        rows.values.write(change.residentNumber)
        rows.values.write(part.opening.shard)
        rows.values.write(AccountEntry.Kind.title.rawValue)
        rows.values.write(change.reason.rawValue)
        rows.values.write(change.title)
      }
    }
    return rows
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
