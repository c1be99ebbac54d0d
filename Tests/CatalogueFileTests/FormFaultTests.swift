import CatalogueFile
import Testing

/// Faults that a single value or mapping shows.
@Suite struct FormFaultTests {
  @Test(arguments: keys + scalars + times + programme)
  func `one mistake of form gives one fault with its line and reason`(_ fault: FaultCase) throws {
    try fault.check()
  }

  private static let keys = [
    FaultCase(
      "an unknown key", replace: "    grams: 250", with: "    gramms: 250", path: "factors[0].gramms",
      reason: "unknown key \"gramms\"; did you mean \"grams\"?"),
    FaultCase(
      "an unknown key like none", replace: "from: 2024-01-01}\n    source",
      with: "from: 2024-01-01, xxx: 1}\n    source",
      line: "xxx", path: "factors[1].valid.xxx", reason: "unknown key \"xxx\"; known: from, to"),
    FaultCase(
      "the beginning of a key", replace: "    borrowed_from: Wuhan", with: "    borrowed: true",
      path: "factors[1].borrowed", reason: "did you mean \"borrowed_from\"?"),
    FaultCase(
      "an unknown section", replace: "rewards:", with: "reward:", path: "reward",
      reason: "unknown key \"reward\"; did you mean \"rewards\"?"),
    FaultCase(
      "a missing key", replace: "    grade: B\n  - version", with: "  - version", line: "version: ride-2022",
      path: "factors[0]", reason: "the key \"grade\" is missing"),
    FaultCase(
      "a missing section", replace: "administrators: [admin, auditor]\n", with: "", line: "programme:", path: "",
      reason: "the key \"administrators\" is missing"),
    FaultCase(
      "a key used twice", replace: "    grade: B\n  - version", with: "    grade: B\n    grams: 251\n  - version",
      line: "grams: 251", path: "factors[0].grams", reason: "the key is used already in line"),
    FaultCase(
      "a quoted key used twice", replace: "    grams: 93.3", with: "    \"grams\": 93.3\n    'grams': 94",
      line: "'grams'", path: "factors[1].grams", reason: "the key is used already in line"),
    FaultCase(
      "a section used twice", replace: "administrators: [admin, auditor]",
      with: "administrators: [admin, auditor]\nadministrators: [auditor]", line: "administrators: [auditor]",
      path: "administrators", reason: "the key is used already in line"),
    FaultCase(
      "a merge key", replace: "    grams: 250", with: "    <<: {}\n    grams: 250", line: "<<", path: "factors[0].<<",
      reason: "merge keys are not read"),
    FaultCase(
      "a key that is a list", replace: "    grams: 250", with: "    [a, b]: 1\n    grams: 250", line: "[a, b]",
      path: "factors[0]", reason: "a key has to be a plain word"),
  ]

  private static let scalars = [
    FaultCase(
      "a list for a mapping", replace: "{zh: 骑行, en: Ride}", with: "[骑行, Ride]", path: "behaviours[0].name",
      reason: "is a list, but has to be a mapping with the keys zh, en"),
    FaultCase(
      "a value for a list", replace: "administrators: [admin, auditor]", with: "administrators: admin",
      path: "administrators", reason: "is the single value \"admin\", but has to be a list"),
    FaultCase(
      "a list for a value", replace: "grams: 250", with: "grams: [250]", path: "factors[0].grams",
      reason: "is a list, but has to be a decimal"),
    FaultCase(
      "no value", replace: "grams: 250", with: "grams:", line: "grams:\n", path: "factors[0].grams",
      reason: "has no value, but has to be a decimal"),
    FaultCase(
      "no list", replace: "administrators: [admin, auditor]", with: "administrators: ~", path: "administrators",
      reason: "is empty, but has to be a list; write []"),
    FaultCase(
      "an exponent", replace: "grams: 250", with: "grams: 25e1", path: "factors[0].grams",
      reason: "\"25e1\" is no plain decimal"),
    FaultCase(
      "a negative number", replace: "grams: 250", with: "grams: -250", path: "factors[0].grams",
      reason: "\"-250\" is no plain decimal"),
    FaultCase(
      "seven places", replace: "grams: 93.3", with: "grams: 93.1234567", path: "factors[1].grams",
      reason: "93.1234567 has 7 decimal places; at most 6"),
    FaultCase(
      "a cap of nothing", replace: "quantity_per_day: 60", with: "quantity_per_day: 0.0",
      path: "caps[0].quantity_per_day", reason: "has to be more than 0"),
    FaultCase(
      "half a point", replace: "points: 50", with: "points: 50.5", path: "rewards[0].points",
      reason: "\"50.5\" is no whole number"),
    FaultCase(
      "no is no truth", replace: "active: false", with: "active: no", path: "behaviours[1].active",
      reason: "\"no\" is neither true nor false"),
    FaultCase(
      "a short code", replace: "code: coupon", with: "code: c", path: "rewards[0].code", reason: "\"c\" is no code"),
    FaultCase(
      "capitals in a code", replace: "code: coupon", with: "code: Coupon", path: "rewards[0].code",
      reason: "\"Coupon\" is no code: 2 to 40 of a-z, 0-9 and -"),
    FaultCase(
      "an administrator that is no code", replace: "[admin, auditor]", with: "[admin, -auditor]",
      path: "administrators[1]", reason: "\"-auditor\" is no code"),
    FaultCase(
      "a control character in a name", replace: "en: Coupon", with: "en: \"Cou\\epon\"", line: "points: 50",
      path: "rewards[0].name.en", reason: "without control characters"),
    FaultCase(
      "a kind that is none", replace: "kind: scenario", with: "kind: scenary", path: "partners[0].kind",
      reason: "there is no kind of partner \"scenary\"; did you mean \"scenario\"?"),
    FaultCase(
      "a unit that is none", replace: "quantity_per_day: 60\n    unit: km", with: "quantity_per_day: 60\n    unit: kmm",
      line: "kmm", path: "caps[0].unit", reason: "there is no unit \"kmm\"; did you mean \"km\"?"),
    FaultCase(
      "a grade that is none", replace: "    borrowed_from: Wuhan", with: "    borrowed_from: Wuhan\n    region: 1401",
      line: "region", path: "factors[1].region", reason: "\"1401\" is no region code of six digits"),
  ]

  private static let times = [
    FaultCase(
      "a day that does not exist", replace: "starts_on: 2022-09-18", with: "starts_on: 2022-02-29",
      path: "programme.starts_on", reason: "\"2022-02-29\" is no date"),
    FaultCase(
      "an end before its beginning", replace: "to: 2030-12-31", with: "to: 2021-12-31",
      path: "partners[0].contract.to", reason: "ends on 2021-12-31, before it begins on 2022-09-18"),
    FaultCase(
      "a length without a unit", replace: "longest_activity: 31 days", with: "longest_activity: 31",
      path: "programme.longest_activity", reason: "\"31\" is no length of time"),
    FaultCase(
      "a length beyond all bounds", replace: "longest_activity: 31 days", with: "longest_activity: 999999999 days",
      path: "programme.longest_activity", reason: "up to ten years"),
    FaultCase(
      "an activity of no length", replace: "longest_activity: 31 days", with: "longest_activity: 0 days",
      path: "programme.longest_activity", reason: "has to be more than 0"),
    FaultCase(
      "an age limit of hours", replace: "age_limit: 90 days", with: "age_limit: 90 hours",
      path: "partners[0].age_limit", reason: "has to be whole days"),
  ]

  private static let programme = [
    FaultCase(
      "a zone with summer time", replace: "Asia/Shanghai", with: "Europe/Berlin", path: "programme.time_zone",
      reason: "zones with summer time are refused"),
    FaultCase(
      "a misspelt zone", replace: "Asia/Shanghai", with: "Asia/Shangai", path: "programme.time_zone",
      reason: "did you mean \"Asia/Shanghai\"?"),
    FaultCase(
      "an offset beyond all zones", replace: "Asia/Shanghai", with: "UTC+15:00", path: "programme.time_zone",
      reason: "\"UTC+15:00\" is no zone"),
  ]
}
