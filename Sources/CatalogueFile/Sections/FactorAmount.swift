internal import CarbonInclusion

/// The number of a factor: so many grams for each `per` of `unit`.
struct FactorAmount {
  var grams: Quantity
  var per: Quantity
  var unit: MeasureUnit

  /// Why this number cannot be right for a behaviour of the same dimension; `nil` where it can.
  ///
  /// Compared exactly, without a division: grams × behaviour's base units against limit × per × factor's base units.
  func implausibility(for behaviour: Catalogue.Behaviour) -> String? {
    let scaledGrams = Self.product([Int128(grams.millionths), Int128(behaviour.unit.baseUnits), 1_000_000])
    let scaledLimit = { (limit: Quantity) in
      Self.product([Int128(limit.millionths), Int128(per.millionths), Int128(unit.baseUnits)])
    }
    let range = behaviour.plausibleGramsPerUnit
    guard scaledGrams < scaledLimit(range.lowerBound) || scaledGrams > scaledLimit(range.upperBound) else { return nil }
    return
      "\(grams) g per \(perText)\(unit.rawValue) is \(gramsPerUnit(behaviour.unit)) g per \(behaviour.unit.rawValue), "
      + "outside the plausible \(range.lowerBound) to \(range.upperBound) of \(behaviour.code)"
  }

  private var perText: String { per == .one ? "" : "\(per) " }

  /// For people: cut off after six places.
  private func gramsPerUnit(_ other: MeasureUnit) -> String {
    let numerator = Int128(grams.millionths) * Int128(other.baseUnits) * 1_000_000
    let millionths = numerator / (Int128(per.millionths) * Int128(unit.baseUnits))
    return Int64(exactly: millionths).map { "\(Quantity(millionths: $0))" } ?? "far too much"
  }

  /// Only limit × per of absurd size can overflow, and is then more than any grams.
  private static func product(_ terms: [Int128]) -> Int128 {
    terms.reduce(1) { product, term in
      let (value, overflow) = product.multipliedReportingOverflow(by: term)
      return overflow ? Int128.max : value
    }
  }
}
