/// One resident while a batch is folded: the account as the ledger holds it, and what the batch adds.
struct ResidentState {
  let name: String
  /// `nil` until the resident has something recorded.
  var number: Int32?
  let isNew: Bool
  let actionsBefore: Int64
  let nanopointsBefore: Int64
  let reductionBefore: Int64
  let titleBefore: String?
  /// Recorded activities in booked order: what the ledger was asked for, then what the batch added.
  var history: [RecordedActivity] = []
  var actions: Int64 = 0
  var reductionMilligrams: Int64 = 0
  var nanopoints: Int64 = 0
  /// `nil` where nothing may be booked on the account: then nothing moves points.
  var purse: PointsPurse?
  /// What had ended before the batch and was found here before the nightly expiry.
  private(set) var ended: [PointsLot] = []
  private(set) var title: String?
  var latestAt: Instant?

  init(name: String, account: AccountAnswers.Account?) {
    self.name = name
    self.number = account?.residentNumber
    self.isNew = account == nil
    self.purse = account.map(\.purse) ?? PointsPurse()
    self.actionsBefore = account?.actions ?? 0
    self.nanopointsBefore = account?.nanopoints ?? 0
    self.reductionBefore = account?.reductionMilligrams ?? 0
    self.titleBefore = account?.title
    self.title = account?.title
  }

  /// Adds nanopoints and says how many whole points that gives, with the remainder carried.
  ///
  /// Taking back begins with what has ended by today: whether the nightly expiry has been here makes no difference.
  ///
  /// - Parameter expiry: of the lot that the points go to, or are taken back from.
  mutating func addPoints(_ amount: Int64, ofLot expiry: Day, today: Day) -> Int64 {
    let before = nanopointsBefore + nanopoints
    nanopoints += amount
    let whole = Reduction.points(fromTotal: before, to: before + amount)
    // Points that others may move meanwhile cannot be written; stopping is better than losing them.
    precondition(purse != nil, "points are booked on an account that was only read")
    if whole < 0 {
      ended += purse?.expire(before: today) ?? []
      purse?.clawBack(-whole, earnedIn: expiry)
    } else {
      purse?.add(PointsLot(expiresOn: expiry, points: whole))
    }
    return whole
  }

  /// Adds milligrams, and gives the title that they reach. Only what is taken back takes a title: one that a newer
  /// catalogue has made harder to reach is kept.
  mutating func addReduction(_ milligrams: Int64, takenBack: Bool, _ policy: Policy) {
    let before = reductionBefore + reductionMilligrams
    reductionMilligrams += milligrams
    let reached = policy.title(at: before + milligrams)
    if takenBack {
      title = reached?.code
    } else if let reached {
      // Of a title that is in no catalogue any more nobody knows how high it was: a threshold has to be crossed.
      let held = policy.threshold(ofTitle: title) ?? before
      if reached.fromMilligrams > held { title = reached.code }
    }
  }

  /// How the title differs from what it was before the batch.
  func titleChange(_ policy: Policy) -> TitleChange? {
    guard let number, title != titleBefore else { return nil }
    let before = policy.threshold(ofTitle: titleBefore) ?? reductionBefore
    let isFall = (policy.threshold(ofTitle: title) ?? 0) < before
    return TitleChange(residentNumber: number, title: title, reason: isFall ? .fallen : .risen)
  }

  mutating func touch(_ instant: Instant) { latestAt = max(latestAt ?? instant, instant) }
}
