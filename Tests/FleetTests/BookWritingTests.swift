import Ledger
import Testing

@testable import CarbonInclusion

/// What a batch writes, and how it travels.
@Suite struct BookWritingTests {
  /// Few rows travel as statements, and many by COPY: each value of each table has to arrive the same.
  @Test func `few rows arrive as many do, in every table`() throws {
    let fleet = try FleetFixture()
    let books = try ShardBooks(connection: try fleet.connectPostgres(), owner: "only")
    let (few, many) = (20, 80)
    for (shard, count) in [(Int16(1), few), (2, many)] {
      let epoch = ShardEpoch(shard: shard, epoch: try books.takeOver(shard: shard))
      _ = try books.open([epoch], now: Instant(seconds: 1_669_700_000))
      try books.book([.ofEverything(count, ids: "s\(shard)-")])
      try books.commit()
    }
    for table in ["entry", "activity_key", "refusal", "refusal_payload", "account", "account_entry"] {
      // Title changes take their numbers from a sequence.
      let differing = table == "account_entry" ? "{shard,entry_no}" : "{shard,key_shard}"
      let rows = try [1, 2].map { shard in
        try fleet.rows(
          """
          SELECT replace((to_jsonb(t) - '\(differing)'::text[])::text, 's\(shard)-', '') AS row
          FROM puhui.\(table) t WHERE shard = \(shard) ORDER BY 1
          """)
      }
      #expect(rows[0].count == few && rows[1].count == many, "\(table)")
      let strange = Set(rows[0]).subtracting(rows[1]).min()
      #expect(strange == nil, "\(table): this row came another way, or not")
    }
    #expect(try fleet.value("SELECT count(*) FROM puhui.entry WHERE detail = E'a \"b\\\\c\\n{碳,NULL}'") == "50")
  }
}

extension Booking {
  /// So many rows of each table, with a value and without one in every second place.
  fileprivate static func ofEverything(_ count: Int, ids: String) -> Booking {
    var booking = Booking(nextEntryNumber: Int64(count) + 1, nextResidentNumber: Int32(count) + 1)
    for number in 1...Int32(count) {
      let isFull = number % 2 == 0
      let at = Instant(microseconds: 1_669_680_000_000_001 + Int64(number))
      var entry = BookedEntry(
        number: Int64(number), residentNumber: number, kind: .earn,
        key: ActivityKey(partnerNumber: 1, id: "\(ids)\(number)"), content: Digest(high: .max, low: 7),
        behaviourNumber: 1, quantity: .one,
        credit: .init(outcome: .held, creditedQuantity: .zero, reductionMilligrams: Int64(number), nanopoints: 9),
        points: 3, occurredAt: at)
      if isFull {
        entry.credit.reason = ""
        entry.credit.detail = "a \"b\\c\n{碳,NULL}"
        entry.credit.other = ActivityKey(partnerNumber: 2, id: "other")
        entry.credit.factorNumber = 1
        entry.startedAt = at
        entry.region = Region(code: 140_000)
        entry.evidence = Digest(high: 1, low: .max)
        entry.claimedMilligrams = -1
        entry.sequence = .max
        entry.refersTo = 1
      }
      booking.entries.append(entry)
      var purse = PointsPurse()
      if isFull {
        for month in 1...2 {
          purse.add(PointsLot(expiresOn: Day(number: 20_000 + Int32(month)), points: Int64(number)))
        }
      }
      booking.accounts.append(
        AccountChange(
          residentNumber: number, resident: "\(ids)r-\(number)", isNew: true, actions: 1, reductionMilligrams: 2,
          nanopoints: 3, purse: purse, title: isFull ? "low-carbon-master" : nil, latestAt: at))
      booking.titles.append(
        TitleChange(residentNumber: number, title: isFull ? "low-carbon-master" : nil, reason: .risen))
      booking.refusals.append(
        BookedRefusal(
          position: MessagePosition(partnerNumber: 1, incarnation: 5, offset: Int64(number)),
          content: Digest(high: 3, low: UInt64(number)), outcome: .rejected, activityID: isFull ? "" : nil,
          resident: isFull ? "r" : nil, reason: "malformed", detail: "x", payload: isFull ? [0, 255, 10] : []))
    }
    return booking
  }
}
