import CarbonInclusion

/// The ledger once more, entry by entry in booked order, by rules written down a second time.
extension World {
  private struct Act {
    var entry: BookedEntry
    var outcome: Outcome
    var credited: Int64
    var isReversed = false

    /// Whether it counts as an action.
    var stands: Bool { !isReversed && (outcome == .credited || outcome == .capped) && credited > 0 }
    var begin: Int64 { (entry.startedAt ?? entry.occurredAt).microseconds }
    var end: Int64 { entry.occurredAt.microseconds }
  }

  mutating func judgeEntries(of shard: Int16) {
    var acts: [Int32: [Act]] = [:]
    var nanopoints: [Int32: Int64] = [:]
    var lots: [Int32: Lots] = [:]
    for entry in ledger.shards[shard]?.entries ?? [] {
      let before = nanopoints[entry.residentNumber, default: 0]
      nanopoints[entry.residentNumber] = before + entry.credit.nanopoints
      if entry.points != Self.points(before + entry.credit.nanopoints) - Self.points(before) {
        fail("entry \(entry.number) of shard \(shard) has \(entry.points) points, which lose or invent a fraction")
      }
      if let problem = Self.take(entry, into: &acts[entry.residentNumber, default: []]) {
        fail("entry \(entry.number) of shard \(shard), \(entry.key.id): \(problem)")
      }
      lots[entry.residentNumber, default: .init()].take(entry, ledger.shards[shard]?.bookedAt[entry.number])
    }
    for (resident, account) in ledger.shards[shard]?.accounts ?? [:] where lots[resident]?.all != account.purse.lots {
      fail("\(account.resident) has \(account.purse), and should have \(lots[resident].map { "\($0.all)" } ?? "none")")
    }
  }

  /// A resident's points by expiry. What is below 0 is the debt.
  private struct Lots {
    private var points: [Day: Int64] = [:]
    private var debt: Int64 = 0
    private var earned: [Int64: Day] = [:]

    var all: [PointsLot] {
      points.filter { $0.value > 0 }.map { PointsLot(expiresOn: $0.key, points: $0.value) }
        .sorted { $0.expiresOn < $1.expiresOn }
    }

    mutating func take(_ entry: BookedEntry, _ bookedAt: Instant?) {
      let day = SimulatedCatalogue.policy.day(of: bookedAt ?? .earliest)
      let activity = entry.refersTo ?? entry.number
      guard entry.kind == .reversal else {
        let lot = SimulatedCatalogue.catalogue.pointsPolicy.expiry(earnedOn: day)
        earned[activity] = lot
        let paid = min(debt, entry.points)
        debt -= paid
        points[lot, default: 0] += entry.points - paid
        return
      }
      var left = -entry.points
      let first = earned[activity]
      for lot in [first].compactMap(\.self) + points.keys.sorted() {
        let taken = min(left, points[lot] ?? 0)
        points[lot, default: 0] -= taken
        left -= taken
      }
      debt += left
    }
  }

  private static func points(_ nanopoints: Int64) -> Int64 {
    Int64((Double(nanopoints) / 1e9).rounded(.down))
  }

  /// - Returns: what is wrong with the entry, if anything.
  private static func take(_ entry: BookedEntry, into acts: inout [Act]) -> String? {
    let place = acts.firstIndex { $0.entry.number == entry.refersTo }
    switch entry.kind {
    case .earn:
      let problem = problem(with: entry, among: acts)
      acts.append(
        .init(entry: entry, outcome: entry.credit.outcome, credited: entry.credit.creditedQuantity.millionths))
      return problem
    case .reversal:
      guard let place, acts[place].stands else { return "reverses what does not stand" }
      acts[place].isReversed = true
      let isExact = entry.credit.creditedQuantity.millionths == -acts[place].credited
      return isExact ? nil : "does not give back what was credited"
    case .upgrade:
      guard let place, acts[place].outcome == .overlap else { return "upgrades what is no overlap" }
      let others = acts.indices.filter { $0 != place }.map { acts[$0] }
      let problem = problem(with: entry, among: others)
      acts[place].outcome = entry.credit.outcome
      acts[place].credited = entry.credit.creditedQuantity.millionths
      return problem
    }
  }

  private static func problem(with entry: BookedEntry, among acts: [Act]) -> String? {
    let credit = entry.credit
    let rival = acts.first { $0.stands && isSameAct($0, entry) }
    switch credit.outcome {
    case .overlap:
      guard let other = acts.first(where: { $0.entry.key == credit.other }), other.stands else {
        return "overlaps with what does not stand"
      }
      return credit.reductionMilligrams == 0 ? nil : "is worth something"
    case .held: return credit.reductionMilligrams == 0 ? nil : "is worth something"
    case .credited, .capped:
      if let rival { return "is the same act as \(rival.entry.key.id), which stands" }
      let room = room(for: entry, among: acts)
      let credited = credit.creditedQuantity.millionths
      if credited != min(entry.quantity.millionths, room) { return "\(credited) millionths credited, room for \(room)" }
      let rate = SimulatedCatalogue.milligramsPerUnit[Int32(entry.behaviourNumber)] ?? 0
      if credit.reductionMilligrams != credited * rate / 1_000_000 { return "\(credit.reductionMilligrams) mg" }
      if credit.nanopoints != credit.reductionMilligrams * 10_000 { return "\(credit.nanopoints) nanopoints" }
      return nil
    case .duplicate, .conflict, .reversal, .rejected: return "an entry that ended \(credit.outcome.code)"
    }
  }

  private static func room(for entry: BookedEntry, among acts: [Act]) -> Int64 {
    guard entry.behaviourNumber == SimulatedCatalogue.rideNumber else { return .max }
    let day = SimulatedCatalogue.policy.day(of: entry.occurredAt)
    let used = acts.filter {
      $0.stands && $0.entry.behaviourNumber == entry.behaviourNumber
        && SimulatedCatalogue.policy.day(of: $0.entry.occurredAt) == day
    }.map(\.credited).reduce(0, +)
    return max(0, SimulatedCatalogue.rideCap.millionths - used)
  }

  private static func isSameAct(_ act: Act, _ entry: BookedEntry) -> Bool {
    let (begin, end) = ((entry.startedAt ?? entry.occurredAt).microseconds, entry.occurredAt.microseconds)
    switch (act.entry.behaviourNumber, entry.behaviourNumber) {
    case (1, 1), (1, 3), (3, 1), (3, 3):
      if let evidence = act.entry.evidence, evidence == entry.evidence { return act.begin <= end && begin <= act.end }
      return act.begin < end && begin < act.end
    case (2, 2) where act.entry.key.partnerNumber != entry.key.partnerNumber:
      let window: Int64 = 60_000_000
      if let evidence = act.entry.evidence, let other = entry.evidence {
        return evidence == other && act.begin <= end + window && begin <= act.end + window
      }
      return act.begin < end + window && begin < act.end + window
    default: return false
    }
  }
}
