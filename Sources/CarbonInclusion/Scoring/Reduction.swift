/// The exact arithmetic of grams and points. Decimals go through `Int128` and are floored once, at the end.
enum Reduction {
  /// One activity above 1,000 tonnes or 100,000 points is refused: a resident's sums stay far below `Int64.max`.
  static let largestMilligrams: Int128 = 1_000_000_000_000
  static let largestNanopoints: Int128 = 100_000_000_000_000

  /// `quantity` of one unit in another of the same dimension, floored to millionths; `nil` beyond the contract's range.
  static func convert(_ quantity: Quantity, from unit: MeasureUnit, to other: MeasureUnit) -> Quantity? {
    if unit == other { return quantity }
    let millionths = Int128(quantity.millionths) * Int128(unit.baseUnits) / Int128(other.baseUnits)
    return millionths <= Int128(Quantity.largest.millionths) ? Quantity(millionths: Int64(millionths)) : nil
  }

  /// Whole milligrams: quantity × grams × 1000 / per, with the quantity taken to the factor's unit, floored once.
  static func milligrams(_ quantity: Quantity, unit: MeasureUnit, factor: Catalogue.Factor) -> Int64? {
    let numerator =
      Int128(quantity.millionths) * Int128(unit.baseUnits) * Int128(factor.grams.millionths) * 1000
    let denominator = Int128(factor.unit.baseUnits) * 1_000_000 * Int128(factor.per.millionths)
    let milligrams = numerator / denominator
    return milligrams <= largestMilligrams ? Int64(milligrams) : nil
  }

  /// Exact points in billionths: mg × points per gram, or quantity × points per unit.
  static func nanopoints(milligrams: Int64, quantity: Quantity, rule: Catalogue.PointsRule?) -> Int64? {
    let amount: Int128
    switch rule?.basis {
    case nil: amount = 0
    case .perGram(let rate): amount = Int128(milligrams) * Int128(rate.millionths)
    case .perUnit(let rate): amount = Int128(quantity.millionths) * Int128(rate.millionths) / 1000
    }
    return amount <= largestNanopoints ? Int64(amount) : nil
  }

  /// Points that the step from one running total of nanopoints to the next is worth. Flooring the totals and not each
  /// entry carries the remainder: three orders of 45.72 g are worth as much as one act of 137.16 g.
  static func points(fromTotal before: Int64, to after: Int64) -> Int64 { floorToPoints(after) - floorToPoints(before) }

  private static func floorToPoints(_ nanopoints: Int64) -> Int64 {
    let quotient = nanopoints / 1_000_000_000
    return nanopoints % 1_000_000_000 < 0 ? quotient - 1 : quotient
  }
}
