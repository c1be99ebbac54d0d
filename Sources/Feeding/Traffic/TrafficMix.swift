/// Which partner reports which behaviour, hour by hour.
struct TrafficMix: Sendable {
  struct Source: Sendable {
    let partner: Int
    let behaviour: TrafficBehaviour
  }

  let sources: [Source]
  /// For each hour, the weights of the sources added up.
  private let sums: [[UInt64]]

  init(_ partners: [TrafficPartner]) {
    var sources: [Source] = []
    var weights: [[UInt64]] = []
    for (index, partner) in partners.enumerated() {
      for weighted in partner.behaviours {
        let hours = weighted.behaviour.hours
        let total = hours.reduce(0, +)
        sources.append(Source(partner: index, behaviour: weighted.behaviour))
        // Whatever its hours are, a source keeps its share of the day.
        weights.append(hours.map { weighted.weight * $0 * 1_000_000 / total })
      }
    }
    precondition(!sources.isEmpty, "traffic without a behaviour")
    self.sources = sources
    sums = (0..<24).map { hour in
      weights.reduce(into: []) { $0.append(($0.last ?? 0) + $1[hour]) }
    }
  }

  /// How busy each hour of the day is.
  var hours: [UInt64] { sums.map { $0[$0.count - 1] } }

  /// Samples a source for an hour of the local day.
  func source(atHour hour: Int, _ random: inout SeededRandom) -> Int {
    let ofHour = sums[hour]
    let total = ofHour[ofHour.count - 1]
    // An hour in which nobody is awake takes any.
    guard total > 0 else { return Int(random.below(UInt64(sources.count))) }
    let target = random.below(total)
    return ofHour.firstIndex { $0 > target } ?? ofHour.count - 1
  }

  /// A source of the behaviour at another partner.
  func source(of behaviour: TrafficBehaviour, notOf partner: Int, _ random: inout SeededRandom) -> Int? {
    let others = sources.indices.filter { sources[$0].behaviour == behaviour && sources[$0].partner != partner }
    return others.isEmpty ? nil : others[Int(random.below(UInt64(others.count)))]
  }
}
