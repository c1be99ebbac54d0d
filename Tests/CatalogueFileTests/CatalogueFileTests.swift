import CarbonInclusion
import CatalogueFile
import Testing

/// The reader as a whole: what it returns, and faults that concern the file.
@Suite struct CatalogueFileTests {
  @Test func `every field of a catalogue is read`() throws {
    let catalogue = try CatalogueFile.read(text: SampleCatalogue.text, fileName: "sample.yaml")
    #expect(catalogue.programme.longestActivitySeconds == 31 * 86_400)
    #expect(catalogue.programme.clockToleranceSeconds == 300)
    #expect(catalogue.programme.utcOffsetSeconds == 28_800)
    #expect(catalogue.partners.first?.ageLimitDays == 90)
    #expect(catalogue.partners.first?.contract.to == Day("2030-12-31"))
    #expect(catalogue.administrators == ["admin", "auditor"])
    #expect(catalogue.behaviours.map(\.active) == [true, false])
    #expect(catalogue.factors.map(\.grams.description) == ["250", "93.3"])
    #expect(catalogue.factors.map(\.borrowedFrom) == [nil, "Wuhan"])
    #expect(catalogue.factors.map(\.per) == [.one, .one])
    #expect(catalogue.pointsRules.map(\.behaviour) == [nil, nil, "walk"])
    #expect(catalogue.pointsRules.last?.basis == .perUnit(Quantity(millionths: 1000)))
    let limits = try #require(catalogue.plausibility.first)
    #expect(limits.refuse == .init(quantityAbove: Quantity(100), speedAboveKmh: Quantity(30)))
    #expect(
      limits.hold == .init(quantityAbove: Quantity(20), speedAboveKmh: Quantity(22), countPerDayAbove: 15))
    #expect(
      catalogue.exclusivityGroups == [
        .init(
          code: "same-ride", behaviours: ["ride"], scope: .anyPartner, windowSeconds: 60, evidenceDistinguishes: true)
      ])
    #expect(catalogue.titles.map(\.fromMilligrams) == [0, 10_500_000])
  }

  @Test func `what holds for a reward is read`() throws {
    let catalogue = try CatalogueFile.read(text: SampleCatalogue.text, fileName: "sample.yaml")
    let pass = try #require(catalogue.rewards.last)
    #expect(
      pass
        == Catalogue.Reward(
          code: "pass", name: .init(chinese: "年卡", english: "Pass"), kind: .partner, points: 1000, partner: "giver",
          answerWithinSeconds: 129_600,
          validity: try .init(from: #require(Day("2022-10-01")), to: Day("2023-12-31")),
          limit: .init(quantity: 2, period: .year), budgetPoints: 900_000, approvalAbovePoints: 1500))
    #expect(
      catalogue.pointsPolicy
        == .init(
          expireAfterMonths: 24, graceDays: 3, adjustmentApprovalAbovePoints: 100, approvalWithinSeconds: 172_800))
  }

  @Test func `what is not said of rewards has its default`() throws {
    let end = try #require(SampleCatalogue.text.firstRange(of: "  - code: pass"))
    let text =
      SampleCatalogue.text[..<end.lowerBound] + "  - {code: pass, name: {zh: 年卡, en: Pass}, kind: partner, "
      + "points: 1000, partner: giver}\n"
    let catalogue = try CatalogueFile.read(text: String(text), fileName: "sample.yaml")
    let pass = try #require(catalogue.rewards.last)
    #expect(pass.answerWithinSeconds == 86_400)
    #expect(pass.validity == nil && pass.limit == nil && pass.budgetPoints == nil && pass.approvalAbovePoints == nil)
    #expect(catalogue.pointsPolicy == Catalogue.PointsPolicy())
    #expect(
      catalogue.pointsPolicy
        == .init(
          expireAfterMonths: 12, graceDays: 7, adjustmentApprovalAbovePoints: 1_000, approvalWithinSeconds: 259_200))
  }

  @Test func `a single administrator is enough where nothing waits for approval`() throws {
    let text = SampleCatalogue.text.replacing("administrators: [admin, auditor]", with: "administrators: [admin]")
      .replacing("    approval_above_points: 1500\n", with: "")
      .replacing("  adjustment_approval_above_points: 100\n", with: "")
    #expect(SampleCatalogue.faults(in: text) == [])
  }

  @Test func `a decimal is read digit by digit, quoted or not`() throws {
    let text = SampleCatalogue.text
      .replacing("grams: 250", with: "grams: \"45.720001\"").replacing("grams: 93.3", with: "grams: 0250.10")
    let catalogue = try CatalogueFile.read(text: text, fileName: "sample.yaml")
    #expect(catalogue.factors.map(\.grams.millionths) == [45_720_001, 250_100_000])
  }

  @Test func `anchors and aliases are read`() throws {
    let text = SampleCatalogue.text
      .replacing("source: a newspaper", with: "source: &paper a newspaper")
      .replacing("source: another newspaper", with: "source: *paper")
    let catalogue = try CatalogueFile.read(text: text, fileName: "sample.yaml")
    #expect(catalogue.factors.map(\.source) == ["a newspaper", "a newspaper"])
  }

  @Test(arguments: [("UTC", 0), ("UTC-03:30", -12_600), ("UTC+08:00", 28_800), ("Asia/Tokyo", 32_400)])
  func `a zone of one offset is known`(zone: String, seconds: Int) throws {
    let text = SampleCatalogue.text.replacing("Asia/Shanghai", with: zone)
    let programme = try CatalogueFile.read(text: text, fileName: "sample.yaml").programme
    #expect(programme.utcOffsetSeconds == seconds)
    #expect(programme.timeZone == zone)
  }

  @Test func `factors of one behaviour may hold at once where region or partner tells them apart`() throws {
    let text = SampleCatalogue.text
      .replacing("grams: 93.3", with: "region: 140100\n    partner: first-partner\n    grams: 93.3")
      .replacing("{from: 2024-01-01}\n    source", with: "{from: 2022-09-18}\n    source")
    let catalogue = try CatalogueFile.read(text: text, fileName: "sample.yaml")
    #expect(catalogue.factors.last?.region == Region("140100"))
    #expect(catalogue.factors.last?.partner == "first-partner")
  }

  @Test func `a factor in another unit is compared exactly with the plausible range`() throws {
    let text = SampleCatalogue.text.replacing("grams: 250\n    unit: km", with: "grams: 200\n    per: 500\n    unit: m")
    let factor = try #require(try CatalogueFile.read(text: text, fileName: "sample.yaml").factors.first)
    #expect(factor.per == Quantity(500))
    #expect(factor.unit == .metre)
  }

  @Test func `all faults are reported at once, sorted by line`() throws {
    let text = SampleCatalogue.text
      .replacing("points: 50}", with: "points: none}")
      .replacing("Asia/Shanghai", with: "Europe/London")
      .replacing("    grams: 250", with: "    gramms: 250")
      .replacing("    grams: 93.3", with: "    grams: 93.3\n    grams: 94\n    grams: 95")
      .replacing("scope: any-partner", with: "scope: all")
      .replacing("behaviour: walk", with: "behaviour: wlak")
    let faults = SampleCatalogue.faults(in: text)
    #expect(
      faults.map(\.path) == [
        "programme.time_zone", "factors[0].gramms", "factors[1].grams", "factors[1].grams", "points[2].behaviour",
        "exclusivity[0].scope", "rewards[0].points",
      ])
    #expect(faults.map(\.line) == faults.map(\.line).sorted())
  }

  @Test func `a section that is missing does not make every name of it unknown`() {
    let text = SampleCatalogue.text.replacing("behaviours:\n  -", with: "behavours:\n  -")
      .replacing("partners:\n", with: "partner:\n")
    #expect(SampleCatalogue.faults(in: text).map(\.path) == ["partner", "behavours"])
  }

  @Test func `faults are written as editors want them`() {
    let faults = CatalogueFaults(
      fileName: "a.yaml",
      faults: [
        CatalogueFault(line: 3, column: 5, path: "titles[1].code", reason: "is wrong"),
        CatalogueFault(line: 9, column: 1, path: "", reason: "is wrong too"),
      ])
    #expect("\(faults)" == "a.yaml:3:5: titles[1].code: is wrong\na.yaml:9:1: is wrong too")
  }

  @Test(arguments: ["", "\n", "# nothing but a comment\n", "---\n", "~"])
  func `an empty file is called empty`(text: String) {
    let faults = SampleCatalogue.faults(in: text)
    #expect(faults.count == 1)
    #expect(faults.first?.reason.contains("empty") == true, "\(faults)")
  }

  @Test func `a second document is refused where it begins`() throws {
    let faults = SampleCatalogue.faults(in: SampleCatalogue.text + "---\nprogramme: {}\n")
    let lines = SampleCatalogue.text.count { $0 == "\n" }
    #expect(faults.map(\.line) == [lines + 1])
    #expect(faults.first?.reason == "begins a second YAML document; a catalogue is one document")
  }

  @Test(arguments: [
    ("a: [1, 2\nb: 3\n", 2, "is not YAML"), ("a: 1\n\tb: 2\n", 2, "a tab: YAML is indented with spaces"),
    ("a: *nobody\nb: some more text", 1, "undefined alias"), ("a: 1\nb: \u{1}\nc: some more text\n", 2, "control"),
    ("just words", 1, "has to be a mapping with the keys programme"), ("- 1\n- 2\n- 3\n- 4\n- 5\n", 1, "is a list"),
    ("? [a]\n: 1\n? [a]\n: 2\n", 1, "keys are used twice"),
  ])
  func `what is no YAML mapping is refused with its line`(text: String, line: Int, reason: String) {
    let faults = SampleCatalogue.faults(in: text)
    #expect(faults.first?.line == line)
    #expect(faults.first?.reason.contains(reason) == true, "\(faults)")
  }

  @Test func `a tower of brackets is refused, not followed`() {
    #expect(SampleCatalogue.faults(in: String(repeating: "[", count: 100_000)).count == 1)
  }
}
