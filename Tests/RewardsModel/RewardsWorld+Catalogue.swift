package import CarbonInclusion

extension RewardsWorld {
  /// The partner and the behaviour of its activities in `catalogue`: a quantity of so many orders earns as many points.
  package static let scenarioPartner = "scenario"
  package static let behaviour = "act"

  /// The world as a whole catalogue, for a ledger: no caps, no plausibility, activities that never exclude each other.
  package var catalogue: Catalogue {
    let always = Catalogue.Validity(from: Day(number: 19_253), to: nil)
    let scenario = Catalogue.Partner(code: Self.scenarioPartner, name: Self.name, kind: .scenario, contract: always)
    return Catalogue(
      programme: .init(
        code: "rewards-model", name: Self.name, timeZone: "Asia/Shanghai", utcOffsetSeconds: utcOffsetSeconds,
        startsOn: always.from, longestActivitySeconds: 86_400, clockToleranceSeconds: 300),
      categories: [.init(code: "transport", name: Self.name)],
      partners: [scenario]
        + partners.map { .init(code: $0, name: Self.name, kind: .incentive, contract: always) },
      administrators: administrators,
      behaviours: [
        .init(
          code: Self.behaviour, name: Self.name, category: "transport", unit: .order, perEvent: true, active: true,
          plausibleGramsPerUnit: .zero...Quantity(1_000))
      ],
      factors: [
        .init(
          version: "act-1", behaviour: Self.behaviour, grams: Quantity(millionths: milligramsPerPoint * 1_000),
          unit: .order, validity: always, source: "test", grade: .programme)
      ],
      pointsRules: [.init(version: "points-1", behaviour: nil, basis: .perUnit(.one), validity: always)],
      caps: [], plausibility: [], exclusivityGroups: [], titles: titles, rewards: rewards, pointsPolicy: policy)
  }
}
