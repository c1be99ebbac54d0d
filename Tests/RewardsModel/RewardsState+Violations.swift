import CarbonInclusion

extension RewardsState {
  /// What no books may ever say, whatever happened; empty if all is well. I5, and what of I4 shows in a state.
  package func violations(in world: RewardsWorld) -> [String] {
    var found: [String] = []
    for (name, resident) in residents { found += violations(name, resident) }
    for reward in world.rewards { found += violations(reward) }
    found += limitViolations(in: world)
    for (id, redemption) in redemptions {
      if redemption.lots.reduce(0, { $0 + $1.points }) != redemption.points {
        found.append("redemption \(id) took \(redemption.lots), which is not \(redemption.points)")
      }
      if residents[redemption.resident] == nil { found.append("redemption \(id) is of nobody") }
      if world.reward(redemption.reward) == nil { found.append("redemption \(id) is of no reward") }
      if redemption.status.isOpen == (redemption.settledAt != nil)
        || redemption.status.isOpen == (redemption.deadline == nil)
      {
        found.append("redemption \(id) is \(redemption.status.rawValue), and its times do not say so")
      }
    }
    return found.sorted()
  }

  private func violations(_ name: String, _ resident: Resident) -> [String] {
    var found: [String] = []
    let open = redemptions.values.reduce(0) { $0 + ($1.resident == name && $1.status.isOpen ? $1.points : 0) }
    if resident.held != open { found.append("\(name) holds \(resident.held), open redemptions \(open)") }
    if resident.debt > 0, !resident.lots.isEmpty { found.append("\(name) has \(resident.lots) beside a debt") }
    if resident.lots.contains(where: { $0.points <= 0 }) { found.append("\(name) has an empty lot: \(resident.lots)") }
    if zip(resident.lots, resident.lots.dropFirst()).contains(where: { $0.expiresOn >= $1.expiresOn }) {
      found.append("\(name) has lots out of order: \(resident.lots)")
    }
    let amounts = [resident.held, resident.debt, resident.expired, resident.actions, resident.reductionMilligrams]
    if amounts.contains(where: { $0 < 0 }) { found.append("\(name) has a negative amount: \(resident)") }
    return found
  }

  private func violations(_ reward: Catalogue.Reward) -> [String] {
    let shelf = rewards[reward.code] ?? Shelf()
    let mine = redemptions.values.filter { $0.reward == reward.code }
    let open = mine.filter(\.status.isOpen)
    let captured = mine.filter { $0.status == .captured }
    var found: [String] = []
    func same(_ what: String, _ left: Int64, _ right: Int64) {
      if left != right { found.append("\(reward.code): \(what), \(left) and \(right)") }
    }
    same(
      "stocked is not available + held + captured", shelf.stocked, shelf.available + shelf.held + shelf.captured)
    same("stock held is not that of open redemptions", shelf.held, open.reduce(0) { $0 + $1.quantity })
    same("stock captured is not that of redemptions", shelf.captured, captured.reduce(0) { $0 + $1.quantity })
    same("points held are not those of open redemptions", shelf.pointsHeld, open.reduce(0) { $0 + $1.points })
    same("points captured are not those of redemptions", shelf.pointsCaptured, captured.reduce(0) { $0 + $1.points })
    if shelf.available < 0 { found.append("\(reward.code): stock is below zero") }
    if let budget = reward.budgetPoints, shelf.pointsHeld + shelf.pointsCaptured > budget {
      found.append("\(reward.code): more than the budget is held and spent")
    }
    return found + codeViolations(reward, shelf, mine)
  }

  private func codeViolations(_ reward: Catalogue.Reward, _ shelf: Shelf, _ mine: [Redemption]) -> [String] {
    let given = mine.flatMap(\.codes)
    var found: [String] = []
    if Set(given + shelf.freeCodes).count != given.count + shelf.freeCodes.count {
      found.append("\(reward.code): a code is there twice")
    }
    let wrong = mine.contains { redemption in
      Int64(redemption.codes.count)
        != (reward.kind == .code && redemption.status == .captured ? redemption.quantity : 0)
    }
    if wrong { found.append("\(reward.code): a redemption has not as many codes as it should") }
    if Int64(shelf.freeCodes.count) != (reward.kind == .code ? shelf.available + shelf.held : 0) {
      found.append("\(reward.code): \(shelf.freeCodes.count) codes are free, and that is not the stock")
    }
    return found
  }

  private func limitViolations(in world: RewardsWorld) -> [String] {
    struct Window: Hashable {
      var resident: String
      var reward: String
      var from: Day?
    }
    var taken: [Window: Int64] = [:]
    for redemption in redemptions.values where redemption.status.isOpen || redemption.status == .captured {
      guard let limit = world.reward(redemption.reward)?.limit else { continue }
      let window = Window(
        resident: redemption.resident, reward: redemption.reward,
        from: limit.period.start(world.day(redemption.createdAt)))
      taken[window, default: 0] += redemption.quantity
    }
    return taken.compactMap { window, quantity in
      guard let limit = world.reward(window.reward)?.limit, quantity > limit.quantity else { return nil }
      return "\(window.resident) got \(quantity) of \(window.reward), the limit is \(limit.quantity)"
    }
  }
}

extension Catalogue.Reward.Limit.Period {
  /// The first day of the period that a day is in; `nil` where all time is one.
  func start(_ day: Day) -> Day? {
    switch self {
    case .day: day
    case .month: day.firstOfMonth
    case .year: day.firstOfYear
    case .ever: nil
    }
  }
}
