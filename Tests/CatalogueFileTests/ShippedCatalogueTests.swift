import CarbonInclusion
import CatalogueFile
import Testing

/// The shipped file holds what the contract promises and what the source says.
@Suite struct ShippedCatalogueTests {
  private let catalogue: Catalogue

  init() throws { self.catalogue = try ShippedCatalogue.read() }

  @Test func `it is the programme of Shanxi from its first day`() {
    #expect(catalogue.programme.code == "shanxi")
    #expect(catalogue.programme.timeZone == "Asia/Shanghai")
    #expect(catalogue.programme.startsOn == Day("2022-09-18"))
    #expect(catalogue.administrators == ["admin", "auditor"])
    #expect(catalogue.partners.allSatisfy { $0.ageLimitDays == nil })
    #expect(catalogue.behaviours.allSatisfy { $0.ageLimitDays == nil })
  }

  @Test func `it has the contract's codes`() {
    #expect(catalogue.categories.map(\.code) == ["clothing", "food", "housing", "transport", "tourism"])
    #expect(catalogue.categories.map(\.name.chinese) == ["衣", "食", "住", "行", "游"])
    let scenario = catalogue.partners.filter { $0.kind == .scenario }.map(\.code)
    #expect(scenario.count == 9)
    #expect(scenario.starts(with: ["meituan-bike", "qingju-bike", "kuaidian", "gac-toyota-nev", "eleme"]))
    #expect(
      Dictionary(uniqueKeysWithValues: catalogue.behaviours.map { ($0.code, $0.unit.rawValue) }) == [
        "shared-bike-ride": "km", "ev-charging": "kWh", "nev-driving": "km", "no-cutlery-order": "order",
        "clean-plate": "meal", "second-hand-recycling": "kg", "check-in": "day", "bus-ride": "trip", "walking": "step",
        "old-clothes-recycling": "kg",
      ])
    #expect(
      catalogue.rewards.map(\.code) == ["shanxi-tourism-pass", "shopping-card", "green-consumption-voucher", "coupon"])
  }

  @Test(arguments: [
    ("shared-bike-ride", "250", "1", MeasureUnit.kilometre), ("ev-charging", "460", "1", .kilowattHour),
    ("no-cutlery-order", "45.72", "1", .order),
  ])
  func `the source's factors are its own`(behaviour: String, grams: String, per: String, unit: MeasureUnit) throws {
    let factor = try #require(try factor(of: behaviour, grams, per, unit))
    #expect(factor.borrowedFrom == nil)
    #expect(factor.source.contains("山西日报 2022-12-01"))
  }

  @Test(arguments: [
    ("clean-plate", "144", "1", MeasureUnit.meal), ("bus-ride", "80", "1", .trip), ("walking", "8.2", "500", .step),
    ("old-clothes-recycling", "1280", "1", .kilogram),
  ])
  func `Luzhou's factors say that they are borrowed`(
    behaviour: String, grams: String, per: String, unit: MeasureUnit
  ) throws {
    let factor = try #require(try factor(of: behaviour, grams, per, unit))
    #expect(factor.borrowedFrom == "Luzhou")
  }

  /// The only factor of a behaviour, which holds from the programme's first day on.
  private func factor(
    of behaviour: String, _ grams: String, _ per: String, _ unit: MeasureUnit
  ) throws -> Catalogue.Factor? {
    let factors = catalogue.factors.filter { $0.behaviour == behaviour }
    let factor = try #require(factors.first)
    #expect(factors.count == 1)
    #expect(factor.grams == Quantity(decimal: grams))
    #expect(factor.per == Quantity(decimal: per))
    #expect(factor.unit == unit)
    #expect(factor.validity == Catalogue.Validity(from: catalogue.programme.startsOn, to: nil))
    #expect(factor.region == nil && factor.partner == nil)
    return factor
  }

  @Test func `driving and second-hand goods wait for a factor`() {
    let inactive = catalogue.behaviours.filter { !$0.active }.map(\.code)
    #expect(inactive == ["nev-driving", "second-hand-recycling"])
    #expect(!catalogue.factors.contains { inactive.contains($0.behaviour) })
  }

  @Test func `events need no quantity`() {
    #expect(
      catalogue.behaviours.filter(\.perEvent).map(\.code) == [
        "no-cutlery-order", "clean-plate", "check-in", "bus-ride",
      ])
  }

  @Test func `a check-in earns a point a day and no grams`() throws {
    let factor = try #require(catalogue.factors.first { $0.behaviour == "check-in" })
    #expect(factor.grams == .zero)
    #expect(catalogue.pointsRules.first { $0.behaviour == "check-in" }?.basis == .perUnit(.one))
    #expect(catalogue.caps.first { $0.behaviours == ["check-in"] }?.quantityPerDay == .one)
  }

  @Test func `100 grams are a point`() {
    let general = catalogue.pointsRules.filter { $0.behaviour == nil }
    #expect(general.map(\.basis) == [.perGram(Quantity(millionths: 10_000))])
  }

  @Test func `the worked examples are below every limit`() throws {
    let ride = try #require(catalogue.plausibility.first { $0.behaviour == "shared-bike-ride" })
    #expect(try #require(ride.hold.quantityAbove) >= Quantity(5))
    // 5 km in 23 minutes.
    #expect(try #require(ride.hold.speedAboveKmh) >= Quantity(millionths: 13_043_479))
    let orders = try #require(catalogue.plausibility.first { $0.behaviour == "no-cutlery-order" })
    #expect(try #require(orders.hold.quantityAbove) >= Quantity(3))
    #expect(try #require(orders.hold.countPerDayAbove) >= 3)
    let cap = try #require(catalogue.caps.first { $0.behaviours == ["no-cutlery-order"] })
    #expect(cap.quantityPerDay >= Quantity(3))
  }

  @Test func `two partners' reports of a charge are one act, two cars are two`() throws {
    let group = try #require(catalogue.exclusivityGroups.first { $0.code == "same-charge" })
    #expect(group.behaviours == ["ev-charging"])
    #expect(group.scope == .acrossPartners)
    #expect(group.windowSeconds == 60)
    #expect(group.evidenceDistinguishes)
    let rides = try #require(catalogue.exclusivityGroups.first { $0.code == "same-ride" })
    #expect(rides.scope == .anyPartner)
    #expect(rides.windowSeconds == 0)
  }

  @Test func `a pass and a voucher are delivered by partners, cards and coupons are codes`() {
    #expect(catalogue.rewards.map(\.kind) == [.partner, .code, .partner, .code])
    #expect(catalogue.rewards.map(\.partner) == ["culture-and-tourism", nil, "commerce", nil])
    #expect(catalogue.rewards.allSatisfy { $0.answerWithinSeconds == 86_400 })
    #expect(
      catalogue.rewards.map(\.limit) == [
        .init(quantity: 1, period: .year), .init(quantity: 10, period: .month), nil, nil,
      ])
    #expect(catalogue.rewards.map(\.approvalAbovePoints) == [nil, 2000, nil, nil])
  }

  @Test func `it says of points what holds without a word`() {
    #expect(catalogue.pointsPolicy == Catalogue.PointsPolicy())
  }
}
