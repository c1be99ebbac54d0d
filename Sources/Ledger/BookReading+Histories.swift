internal import CarbonInclusion
internal import PostgresClient

/// Stretches of residents' histories.
extension BookReading {
  func histories(_ windows: [[HistoryWindow]], _ connection: inout PostgresConnection) throws -> [HistoryAnswers] {
    let windows = gathered(windows) { $0 }
    var answers = shards.map { _ in HistoryAnswers() }
    var slices = windows.slices(of: Self.residentsAtOnce)[...]
    try connection.pipeline(slices.map { Self.historyQuestion(windows, $0) }) { rows in
      let first = Int64(slices.removeFirst().lowerBound)
      // A window's entries come together, by their occurrence; here few are sorted at a time, and there all would be.
      let inOrder = (0..<rows.count).sorted {
        (rows.int64($0, 0), rows.int64($0, 1)) < (rows.int64($1, 0), rows.int64($1, 1))
      }
      for row in inOrder {
        let (part, window) = windows[place: first + rows.int64(row, 0)]
        Self.fold(row, of: rows, into: &answers[part][window.residentNumber, default: []])
      }
    }
    return answers
  }

  private static func historyQuestion(_ windows: Gathered<HistoryWindow>, _ places: Range<Int>) -> (
    sql: String, parameters: PostgresParameters
  ) {
    let asked = windows.elements[places]
    var parameters = PostgresParameters()
    parameters.append(array: Array(windows.shards[places]))
    parameters.append(array: asked.map(\.residentNumber))
    parameters.append(timestamps: asked.map(\.from.microseconds))
    parameters.append(timestamps: asked.map(\.to.microseconds))
    return (
      """
      SELECT w.place, e.entry_no, e.kind, e.refers_to, e.partner_no, e.activity_id, e.behaviour_no, e.quantity,
        e.started_at, e.occurred_at, e.region, e.evidence, e.outcome, e.reason, e.detail, e.other_partner_no,
        e.other_activity_id, e.credited_quantity, e.reduction_mg, e.nanopoints, e.factor_no, e.booked_at
      FROM (SELECT u.* FROM unnest($1::smallint[], $2::int[], $3::timestamptz[], $4::timestamptz[]) WITH ORDINALITY
        u(shard, resident_no, low, high, place) OFFSET 0) w
      JOIN puhui.entry e
        ON e.shard = w.shard AND e.resident_no = w.resident_no AND e.occurred_at BETWEEN w.low AND w.high
      """, parameters
    )
  }

  /// An activity's later entries lie in the same window, because they carry its occurrence.
  private static func fold(_ row: Int, of rows: borrowing PostgresRows, into history: inout [RecordedActivity]) {
    switch BookedEntry.Kind(rawValue: rows.int16(row, 2)) {
    case .earn: history.append(recorded(row, of: rows))
    case .reversal:
      if let place = place(row, of: rows, in: history) { history[place].isReversed = true }
    case .upgrade:
      guard let place = place(row, of: rows, in: history) else { return }
      history[place].decideAgain(
        credit(row, of: rows), by: rows.int64(row, 1), at: Instant(microseconds: rows.timestamp(row, 21)))
    case nil: break
    }
  }

  private static func place(_ row: Int, of rows: borrowing PostgresRows, in history: [RecordedActivity]) -> Int? {
    let number = rows.optionalInt64(row, 3)
    return history.firstIndex { $0.entryNumber == number }
  }

  private static func recorded(_ row: Int, of rows: borrowing PostgresRows) -> RecordedActivity {
    RecordedActivity(
      entryNumber: rows.int64(row, 1), key: ActivityKey(partnerNumber: rows.int16(row, 4), id: rows.string(row, 5)),
      behaviourNumber: rows.int16(row, 6), quantity: Quantity(millionths: rows.int64(row, 7)),
      startedAt: rows.optionalTimestamp(row, 8).map { Instant(microseconds: $0) },
      endedAt: Instant(microseconds: rows.timestamp(row, 9)),
      region: rows.optionalInt32(row, 10).map { Region(code: $0) },
      evidence: rows.optionalUuid(row, 11).map { Digest(high: $0.0, low: $0.1) }, credit: credit(row, of: rows),
      isReversed: false, bookedAt: Instant(microseconds: rows.timestamp(row, 21)))
  }

  private static func credit(_ row: Int, of rows: borrowing PostgresRows) -> RecordedActivity.Credit {
    var other: ActivityKey?
    if let partner = rows.optionalInt16(row, 15), let id = rows.optionalString(row, 16) {
      other = ActivityKey(partnerNumber: partner, id: id)
    }
    return RecordedActivity.Credit(
      outcome: Outcome(rawValue: rows.int16(row, 12)) ?? .held, reason: rows.optionalString(row, 13),
      detail: rows.optionalString(row, 14), other: other,
      creditedQuantity: Quantity(millionths: rows.int64(row, 17)), reductionMilligrams: rows.int64(row, 18),
      nanopoints: rows.int64(row, 19), factorNumber: rows.optionalInt32(row, 20))
  }
}
