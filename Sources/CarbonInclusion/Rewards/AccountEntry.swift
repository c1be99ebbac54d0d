/// A row of the ledger that comes from no activity.
package struct AccountEntry: Sendable, Equatable {
  /// The raw value is the number in the ledger's tables.
  package enum Kind: Int16, Sendable, CaseIterable {
    case hold = 1
    case capture = 2
    case release = 3
    case expiry = 4
    case adjustment = 5
    case title = 6
  }

  package var account: AccountKey
  package var kind: Kind
  /// What it does to available less debt.
  package var points: Int64 = 0
  /// What it does to held.
  package var held: Int64 = 0
  package var jobID: String?
  package var bookedBy: String?
  package var reason: String?
  package var lots: [PointsLot] = []

  package init(account: AccountKey, kind: Kind) {
    self.account = account
    self.kind = kind
  }
}

extension AccountEntry {
  /// Points that nobody spent in time.
  package static func expiry(of lots: [PointsLot], account: AccountKey) -> AccountEntry {
    var entry = AccountEntry(account: account, kind: .expiry)
    entry.points = -lots.reduce(0) { $0 + $1.points }
    entry.lots = lots
    entry.reason = "unspent"
    return entry
  }
}
