/// The units that a message may use. Each belongs to a dimension and is an exact multiple of that dimension's base.
package enum MeasureUnit: String, Sendable, CaseIterable {
  case metre = "m"
  case kilometre = "km"
  case wattHour = "Wh"
  case kilowattHour = "kWh"
  case gram = "g"
  case kilogram = "kg"
  case order
  case meal
  case trip
  case step
  case day
  case item

  /// What is measured; only units of one dimension convert into each other.
  package enum Dimension: Sendable { case length, energy, mass, orders, meals, trips, steps, days, items }

  package var dimension: Dimension {
    switch self {
    case .metre, .kilometre: .length
    case .wattHour, .kilowattHour: .energy
    case .gram, .kilogram: .mass
    case .order: .orders
    case .meal: .meals
    case .trip: .trips
    case .step: .steps
    case .day: .days
    case .item: .items
    }
  }

  /// How many of the dimension's base unit this one is: metre, watt hour, gram, or the thing itself.
  package var baseUnits: Int64 {
    switch self {
    case .kilometre, .kilowattHour, .kilogram: 1000
    default: 1
    }
  }

  package func converts(to other: MeasureUnit) -> Bool { dimension == other.dimension }
}
