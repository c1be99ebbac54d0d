/// One resident while a batch is folded: the account as the ledger holds it, and what the batch adds.
struct ResidentState {
  let name: String
  /// `nil` until the resident has something recorded.
  var number: Int32?
  let isNew: Bool
  let actionsBefore: Int64
  let nanopointsBefore: Int64
  /// Recorded activities in booked order: what the ledger was asked for, then what the batch added.
  var history: [RecordedActivity] = []
  var actions: Int64 = 0
  var reductionMilligrams: Int64 = 0
  var points: Int64 = 0
  var nanopoints: Int64 = 0
  var latestAt: Instant?

  init(name: String, account: LedgerAnswers.Account?) {
    self.name = name
    self.number = account?.residentNumber
    self.isNew = account == nil
    self.actionsBefore = account?.actions ?? 0
    self.nanopointsBefore = account?.nanopoints ?? 0
  }

  /// Adds nanopoints and says how many whole points that gives, with the remainder carried.
  mutating func addPoints(_ amount: Int64) -> Int64 {
    let before = nanopointsBefore + nanopoints
    nanopoints += amount
    let whole = Reduction.points(fromTotal: before, to: before + amount)
    points += whole
    return whole
  }

  mutating func touch(_ instant: Instant) { latestAt = max(latestAt ?? instant, instant) }
}
