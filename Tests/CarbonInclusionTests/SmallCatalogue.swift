import CarbonInclusion

/// A catalogue small enough to compute with on paper. Numbers: partners 1 to 3, behaviours and factors in their order.
enum SmallCatalogue {
  static let catalogue = Catalogue(
    programme: .init(
      code: "test", name: name, timeZone: "Asia/Shanghai", utcOffsetSeconds: 28_800, startsOn: day("2022-09-18"),
      longestActivitySeconds: 31 * 86_400, clockToleranceSeconds: 300),
    categories: [.init(code: "transport", name: name)],
    partners: ["bikes", "chargers", "cars"].map {
      .init(code: $0, name: name, kind: .scenario, contract: .init(from: day("2022-09-18"), to: day("2029-12-31")))
    },
    administrators: ["admin"],
    behaviours: [
      behaviour("ride", .kilometre), behaviour("charge", .kilowattHour), behaviour("drive", .kilometre),
      behaviour("order", .order, perEvent: true), behaviour("walk", .step),
      behaviour("reuse", .kilogram, active: false),
    ],
    factors: [
      factor("ride-1", "ride", "250", .kilometre, from: "2022-09-18", to: "2023-06-30"),
      factor("ride-2", "ride", "93.3", .kilometre, from: "2023-07-01"),
      factor("ride-taiyuan", "ride", "100", .kilometre, from: "2022-09-18", region: "140100"),
      factor("ride-bikes-xiaodian", "ride", "120", .kilometre, from: "2022-09-18", region: "140105", partner: "cars"),
      factor("charge-1", "charge", "460", .kilowattHour, from: "2022-09-18"),
      factor("drive-1", "drive", "80", .kilometre, from: "2022-09-18"),
      factor("order-1", "order", "45.72", .order, from: "2022-09-18"),
      factor("walk-1", "walk", "8.2", .step, from: "2022-09-18", per: "500"),
    ],
    pointsRules: [
      .init(
        version: "general", behaviour: nil, basis: .perGram(quantity("0.01")),
        validity: .init(from: day("2022-09-18"), to: nil))
    ],
    caps: [.init(code: "ride-per-day", behaviours: ["ride"], quantityPerDay: quantity("10"), unit: .kilometre)],
    plausibility: [
      .init(
        behaviour: "ride", refuse: .init(quantityAbove: quantity("100"), speedAboveKmh: quantity("30")),
        hold: .init(quantityAbove: quantity("50"), speedAboveKmh: quantity("22"), countPerDayAbove: 4))
    ],
    exclusivityGroups: [
      .init(
        code: "same-ride", behaviours: ["ride", "drive"], scope: .anyPartner, windowSeconds: 0,
        evidenceDistinguishes: false),
      .init(
        code: "same-charge", behaviours: ["charge"], scope: .acrossPartners, windowSeconds: 60,
        evidenceDistinguishes: true),
      .init(
        code: "one-car-saving", behaviours: ["charge", "drive"], scope: .acrossBehaviours, windowSeconds: 3_600,
        evidenceDistinguishes: false),
    ],
    titles: [], rewards: [])

  static let policy = Policy(
    version: 1, catalogue: catalogue,
    numbers: .init(
      partners: ["bikes": 1, "chargers": 2, "cars": 3],
      behaviours: ["ride": 1, "charge": 2, "drive": 3, "order": 4, "walk": 5, "reuse": 6],
      factors: Dictionary(
        uniqueKeysWithValues: catalogue.factors.enumerated().map { ($1.version, Int32($0 + 1)) })))

  static func day(_ text: String) -> Day { Day(text) ?? Day(number: 0) }

  static func quantity(_ text: String) -> Quantity { Quantity(decimal: text) ?? .zero }

  private static let name = Catalogue.Name(chinese: "名", english: "name")

  private static func behaviour(_ code: String, _ unit: MeasureUnit, perEvent: Bool = false, active: Bool = true)
    -> Catalogue.Behaviour
  {
    .init(
      code: code, name: name, category: "transport", unit: unit, perEvent: perEvent, active: active,
      plausibleGramsPerUnit: .zero...Quantity(1000))
  }

  private static func factor(
    _ version: String, _ behaviour: String, _ grams: String, _ unit: MeasureUnit, from: String, to: String? = nil,
    per: String = "1", region: String? = nil, partner: String? = nil
  ) -> Catalogue.Factor {
    .init(
      version: version, behaviour: behaviour, region: region.flatMap { Region($0) }, partner: partner,
      grams: quantity(grams), per: quantity(per), unit: unit, validity: .init(from: day(from), to: to.map(day)),
      source: "paper", grade: .programme)
  }
}

/// A minute of 2022-11-29 in Shanghai.
func minute(_ hour: Int64, _ minute: Int64) -> Instant {
  SmallCatalogue.day("2022-11-29").start(utcOffsetSeconds: 28_800).adding(seconds: hour * 3600 + minute * 60)
}

func act(
  _ id: String, _ behaviour: String, _ quantity: String?, _ unit: MeasureUnit?, from start: Instant? = nil,
  at end: Instant, resident: String = "r-1", region: String? = nil
) -> Activity {
  Activity(
    id: id, resident: resident,
    report: .act(behaviour: behaviour, quantity: quantity.map(SmallCatalogue.quantity), unit: unit), endedAt: end,
    startedAt: start, region: region.flatMap { Region($0) })
}
