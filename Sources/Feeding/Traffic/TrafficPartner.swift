/// A partner that reports, and how much of what.
package struct TrafficPartner: Sendable, Equatable {
  package let code: String
  /// Behaviours with their weights, relative to those of all partners.
  package let behaviours: [Weighted]

  /// A behaviour and how often this partner reports it.
  package struct Weighted: Sendable, Equatable {
    package let behaviour: TrafficBehaviour
    package let weight: UInt64
  }

  /// A partner that reports some behaviours as often as they usually are.
  package init(code: String, behaviours: [TrafficBehaviour]) {
    self.init(code: code, weights: behaviours.map { ($0, $0.usualWeight) })
  }

  private init(code: String, weights: [(TrafficBehaviour, UInt64)]) {
    self.code = code
    behaviours = weights.map { Weighted(behaviour: $0.0, weight: $0.1) }
  }

  /// The nine scenario partners of the default catalogue, with behaviours that it credits.
  package static let standard = [
    TrafficPartner(code: "meituan-bike", weights: [(.sharedBikeRide, 340)]),
    TrafficPartner(code: "qingju-bike", weights: [(.sharedBikeRide, 200)]),
    TrafficPartner(code: "kuaidian", weights: [(.evCharging, 19)]),
    TrafficPartner(code: "gac-toyota-nev", weights: [(.evCharging, 6)]),
    TrafficPartner(code: "eleme", weights: [(.noCutleryOrder, 220)]),
    TrafficPartner(code: "taiyuan-bus", weights: [(.busRide, 100)]),
    TrafficPartner(code: "sanjin-walk", weights: [(.walking, 60), (.checkIn, 40)]),
    TrafficPartner(code: "qingliang-recycling", weights: [(.oldClothesRecycling, 7)]),
    TrafficPartner(code: "guangpan-canteen", weights: [(.cleanPlate, 40)]),
  ]

  /// The first letters of the words of its code: what its ids begin with.
  var initials: [UInt8] { code.split(separator: "-").compactMap { $0.utf8.first } }
}
