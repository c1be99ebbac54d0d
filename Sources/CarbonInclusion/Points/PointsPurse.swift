/// The points of one resident: lots that can be spent, what redemptions hold, and what is owed.
///
/// Spending takes the lot that expires first. What a reversal takes back beyond what is there becomes debt, which later
/// points pay first: there are never lots beside a debt.
package struct PointsPurse: Sendable, Equatable {
  /// By expiry, none empty, each day once.
  package private(set) var lots: [PointsLot]
  package private(set) var held: Int64
  package private(set) var debt: Int64

  package init(lots: [PointsLot] = [], held: Int64 = 0, debt: Int64 = 0) {
    self.lots = lots
    self.held = held
    self.debt = debt
  }

  package var available: Int64 { lots.reduce(0) { $0 + $1.points } }

  /// Adds points of a lot. A debt is paid first.
  package mutating func add(_ lot: PointsLot) {
    let paid = min(debt, lot.points)
    debt -= paid
    guard lot.points > paid else { return }
    let place = lots.firstIndex { $0.expiresOn >= lot.expiresOn } ?? lots.count
    if place < lots.count, lots[place].expiresOn == lot.expiresOn {
      lots[place].points += lot.points - paid
    } else {
      lots.insert(PointsLot(expiresOn: lot.expiresOn, points: lot.points - paid), at: place)
    }
  }

  /// Takes back what an activity had earned: from its lot, then from those that expire first; the rest becomes debt.
  package mutating func clawBack(_ points: Int64, earnedIn expiry: Day) {
    var left = points
    if let place = lots.firstIndex(where: { $0.expiresOn == expiry }) {
      let taken = min(left, lots[place].points)
      lots[place].points -= taken
      left -= taken
      if lots[place].points == 0 { lots.remove(at: place) }
    }
    left -= take(upTo: left).reduce(0) { $0 + $1.points }
    debt += left
  }

  /// Puts points aside for a redemption.
  ///
  /// - Returns: the lots they came from; `nil`, and nothing changes, where there are not enough.
  package mutating func hold(_ points: Int64) -> [PointsLot]? {
    guard debt == 0, available >= points else { return nil }
    held += points
    return take(upTo: points)
  }

  /// What was held is spent.
  package mutating func capture(_ points: Int64) { held -= points }

  /// What was held goes back to the lots that it came from.
  ///
  /// - Parameters:
  ///   - today: lots that ended before it do not come back to life.
  ///   - grace: until when such a lot may be spent all the same, where the resident is not at fault.
  /// - Returns: the points that are void because their lot has ended.
  package mutating func release(_ holding: [PointsLot], today: Day, grace: Day?) -> Int64 {
    var void: Int64 = 0
    for lot in holding {
      held -= lot.points
      if lot.expiresOn >= today {
        add(lot)
      } else if let grace {
        add(PointsLot(expiresOn: grace, points: lot.points))
      } else {
        void += lot.points
      }
    }
    return void
  }

  /// Removes the lots that ended before a day.
  package mutating func expire(before today: Day) -> [PointsLot] {
    let ended = Array(lots.prefix { $0.expiresOn < today })
    lots.removeFirst(ended.count)
    return ended
  }

  /// Takes points away for good.
  ///
  /// - Returns: the lots they came from; `nil`, and nothing changes, where there are not enough.
  package mutating func remove(_ points: Int64) -> [PointsLot]? {
    guard available >= points else { return nil }
    return take(upTo: points)
  }

  private mutating func take(upTo points: Int64) -> [PointsLot] {
    var left = points
    var taken: [PointsLot] = []
    while left > 0, let first = lots.first {
      let part = min(left, first.points)
      taken.append(PointsLot(expiresOn: first.expiresOn, points: part))
      left -= part
      lots[0].points -= part
      if lots[0].points == 0 { lots.removeFirst() }
    }
    return taken
  }
}
