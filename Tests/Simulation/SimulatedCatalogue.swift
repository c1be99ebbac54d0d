import CarbonInclusion

/// A catalogue in which few messages collide often: a cap, a limit of review, and groups of acts that are the same.
enum SimulatedCatalogue {
  static let partners = ["bikes", "chargers", "cars"]
  /// Milligrams of one unit, by the number of the factor, which is that of the behaviour.
  static let milligramsPerUnit: [Int32: Int64] = [1: 250_000, 2: 460_000, 3: 80_000, 4: 45_720]
  static let rideCap = Quantity(10)
  static let rideNumber: Int16 = 1

  static let catalogue = Catalogue(
    programme: .init(
      code: "simulated", name: name, timeZone: "Asia/Shanghai", utcOffsetSeconds: 28_800, startsOn: start,
      longestActivitySeconds: 31 * 86_400, clockToleranceSeconds: 300),
    categories: [.init(code: "transport", name: name)],
    partners: partners.map {
      .init(code: $0, name: name, kind: .scenario, contract: .init(from: start, to: nil))
    },
    administrators: [],
    behaviours: [
      behaviour("ride", .kilometre), behaviour("charge", .kilowattHour), behaviour("drive", .kilometre),
      behaviour("order", .order, perEvent: true),
    ],
    factors: [
      factor("ride-1", "ride", "250", .kilometre), factor("charge-1", "charge", "460", .kilowattHour),
      factor("drive-1", "drive", "80", .kilometre), factor("order-1", "order", "45.72", .order),
    ],
    pointsRules: [
      .init(version: "general", behaviour: nil, basis: .perGram(Quantity(millionths: 10_000)), validity: always)
    ],
    caps: [.init(code: "ride-per-day", behaviours: ["ride"], quantityPerDay: rideCap, unit: .kilometre)],
    plausibility: [
      .init(
        behaviour: "ride", refuse: .init(quantityAbove: Quantity(100)),
        hold: .init(quantityAbove: Quantity(50), countPerDayAbove: 4))
    ],
    exclusivityGroups: [
      .init(
        code: "same-way", behaviours: ["ride", "drive"], scope: .anyPartner, windowSeconds: 0,
        evidenceDistinguishes: false),
      .init(
        code: "same-charge", behaviours: ["charge"], scope: .acrossPartners, windowSeconds: 60,
        evidenceDistinguishes: true),
    ],
    titles: titles.map { .init(code: $0.code, name: name, fromMilligrams: $0.milligrams) }, rewards: [])

  /// By rising threshold.
  static let titles: [(code: String, milligrams: Int64)] = [("seed", 0), ("leaf", 500_000), ("tree", 2_000_000)]

  static let policy = Policy(
    version: 1, catalogue: catalogue,
    numbers: .init(
      partners: Dictionary(uniqueKeysWithValues: partners.enumerated().map { ($1, Int16($0 + 1)) }),
      behaviours: ["ride": 1, "charge": 2, "drive": 3, "order": 4],
      factors: ["ride-1": 1, "charge-1": 2, "drive-1": 3, "order-1": 4]))

  private static let name = Catalogue.Name(chinese: "名", english: "name")
  private static let start = Day(number: 19_253)  // 2022-09-18
  private static let always = Catalogue.Validity(from: start, to: nil)

  private static func behaviour(_ code: String, _ unit: MeasureUnit, perEvent: Bool = false) -> Catalogue.Behaviour {
    .init(
      code: code, name: name, category: "transport", unit: unit, perEvent: perEvent, active: true,
      plausibleGramsPerUnit: .zero...Quantity(1000))
  }

  private static func factor(_ version: String, _ behaviour: String, _ grams: String, _ unit: MeasureUnit)
    -> Catalogue.Factor
  {
    .init(
      version: version, behaviour: behaviour, region: nil, partner: nil, grams: Quantity(decimal: grams) ?? .zero,
      per: .one, unit: unit, validity: always, source: "simulation", grade: .programme)
  }
}
