internal import CarbonInclusion

/// The split by category as it is drawn: the largest ones, and all others as one.
struct SplitRows {
  struct Row {
    var chinese: String
    var english: String
    var reductionMilligrams: Int64
    var actions: Int64
    /// Of the sum, in thousandths; all rows together are 1000.
    var permille: Int
    var color: String
  }

  static let most = 6

  let rows: [Row]

  init(_ shares: [Certificate.Share]) {
    var rows = shares.map {
      Row(
        chinese: $0.name.chinese, english: $0.name.english, reductionMilligrams: $0.reductionMilligrams,
        actions: $0.actions, permille: 0, color: Palette.pale)
    }
    if rows.count > Self.most {
      let others = rows[(Self.most - 1)...]
      rows =
        Array(rows.prefix(Self.most - 1)) + [
          Row(
            chinese: "其他", english: "Others", reductionMilligrams: others.reduce(0) { $0 + $1.reductionMilligrams },
            actions: others.reduce(0) { $0 + $1.actions }, permille: 0, color: Palette.pale)
        ]
    }
    let parts = Self.apportioned(rows.map { max(0, $0.reductionMilligrams) }, to: 1000)
    for index in rows.indices {
      rows[index].permille = parts[index]
      rows[index].color = Palette.shares[index]
    }
    self.rows = rows
  }

  /// Whole parts of `total` as the amounts have them; what is left after rounding down goes to the largest remainders.
  static func apportioned(_ amounts: [Int64], to total: Int) -> [Int] {
    let sum = amounts.reduce(0, +)
    guard sum > 0 else { return amounts.map { _ in 0 } }
    let exact = amounts.map { UInt64($0).multipliedFullWidth(by: UInt64(total)) }
    let divided = exact.map { UInt64(sum).dividingFullWidth($0) }
    var parts = divided.map { Int($0.quotient) }
    let order = divided.indices.sorted { left, right in
      (divided[right].remainder, left) < (divided[left].remainder, right)
    }
    for index in order.prefix(total - parts.reduce(0, +)) { parts[index] += 1 }
    return parts
  }
}
