/// A behaviour of the default catalogue, as people show it.
///
/// Quantities stay within the default catalogue's plausibility limits, and are whole thousandths of the behaviour's
/// unit.
package enum TrafficBehaviour: String, Sendable, CaseIterable {
  case sharedBikeRide = "shared-bike-ride"
  case evCharging = "ev-charging"
  case nevDriving = "nev-driving"
  case noCutleryOrder = "no-cutlery-order"
  case cleanPlate = "clean-plate"
  case secondHandRecycling = "second-hand-recycling"
  case checkIn = "check-in"
  case busRide = "bus-ride"
  case walking = "walking"
  case oldClothesRecycling = "old-clothes-recycling"

  /// How often it is seen among all of them, in thousandths. With the quantities below, an average activity avoids
  /// about 650 g, as Shanxi's do.
  package var usualWeight: UInt64 {
    switch self {
    case .sharedBikeRide: 540
    case .noCutleryOrder: 220
    case .busRide: 100
    case .walking: 60
    case .checkIn, .cleanPlate: 40
    case .evCharging, .nevDriving: 25
    case .oldClothesRecycling, .secondHandRecycling: 7
    }
  }

  /// The unit of the catalogue, and the one a thousandth as large that some partners report in.
  var units: (usual: String, thousandth: String?) {
    switch self {
    case .sharedBikeRide, .nevDriving: ("km", "m")
    case .evCharging: ("kWh", "Wh")
    case .secondHandRecycling, .oldClothesRecycling: ("kg", "g")
    case .noCutleryOrder: ("order", nil)
    case .cleanPlate: ("meal", nil)
    case .checkIn: ("day", nil)
    case .busRide: ("trip", nil)
    case .walking: ("step", nil)
    }
  }

  /// Whether one message is one act, so that quantity and unit may be left out.
  var isPerEvent: Bool {
    switch self {
    case .noCutleryOrder, .cleanPlate, .checkIn, .busRide: true
    default: false
    }
  }

  /// What the partner believes to have avoided: millionths of a gram for a thousandth of the unit, where it says so.
  var claimedMicrograms: UInt64? {
    switch self {
    case .sharedBikeRide: 250_000
    case .evCharging: 460_000
    case .noCutleryOrder: 45_720
    default: nil
    }
  }

  /// How busy each hour of the local day is, midnight first.
  var hours: [UInt64] {
    switch self {
    case .sharedBikeRide: [2, 1, 1, 1, 1, 3, 10, 30, 32, 14, 8, 9, 12, 9, 8, 9, 14, 30, 34, 18, 12, 9, 6, 3]
    case .busRide, .nevDriving: [0, 0, 0, 0, 0, 3, 14, 32, 30, 14, 10, 10, 11, 10, 9, 10, 16, 32, 30, 16, 10, 7, 4, 1]
    case .evCharging: [12, 11, 10, 8, 6, 5, 5, 6, 7, 8, 9, 11, 13, 12, 11, 10, 10, 11, 14, 18, 20, 20, 18, 15]
    case .noCutleryOrder: [2, 1, 0, 0, 0, 1, 4, 8, 6, 4, 10, 34, 36, 14, 6, 5, 8, 24, 34, 24, 12, 8, 6, 4]
    case .cleanPlate: [0, 0, 0, 0, 0, 0, 4, 12, 8, 2, 2, 20, 40, 20, 2, 2, 3, 12, 30, 18, 4, 1, 0, 0]
    case .walking: [1, 0, 0, 0, 0, 1, 3, 5, 5, 4, 3, 3, 4, 3, 3, 3, 4, 6, 9, 14, 20, 26, 24, 12]
    case .checkIn: [6, 2, 1, 1, 1, 3, 10, 20, 18, 14, 10, 9, 12, 9, 8, 8, 8, 9, 10, 12, 12, 12, 10, 8]
    case .secondHandRecycling, .oldClothesRecycling:
      [0, 0, 0, 0, 0, 0, 1, 3, 8, 14, 15, 12, 6, 8, 12, 13, 12, 10, 6, 4, 2, 1, 0, 0]
    }
  }

  /// A plausible amount, in thousandths of the unit: most are small, a few large.
  func quantity(_ random: inout SeededRandom) -> UInt64 {
    switch self {
    case .sharedBikeRide:
      random.below(32) == 0 ? UInt64(random.within(8_000...19_000)) : Self.skewed(300, 7_900, 3, &random)
    case .evCharging: Self.skewed(5_000, 55_000, 2, &random)
    case .nevDriving: Self.skewed(1_000, 120_000, 3, &random)
    case .noCutleryOrder: random.below(25) == 0 ? 2_000 : 1_000
    case .cleanPlate: random.below(12) == 0 ? 2_000 : 1_000
    case .checkIn, .busRide: 1_000
    case .walking: Self.skewed(500, 25_000, 2, &random) * 1_000
    case .secondHandRecycling, .oldClothesRecycling: Self.skewed(500, 16_000, 2, &random)
    }
  }

  /// How long it took, in seconds, at a plausible speed or power; `nil` for what has no duration.
  func seconds(for quantity: UInt64, _ random: inout SeededRandom) -> Int64? {
    let perHour: ClosedRange<Int64>
    switch self {
    case .sharedBikeRide: perHour = 8_000...18_000
    case .evCharging: perHour = 7_000...60_000
    case .nevDriving: perHour = 25_000...80_000
    default: return nil
    }
    return Int64(quantity) * 3600 / random.within(perHour) + 1
  }

  /// From `low` to `high`, with the mean at low + (high - low) / (power + 1).
  private static func skewed(_ low: UInt64, _ high: UInt64, _ power: Int, _ random: inout SeededRandom) -> UInt64 {
    let even = random.next() >> 32
    var share = even
    for _ in 1..<power { share = (share * even) >> 32 }
    return low + (share * (high - low)) >> 32
  }
}
