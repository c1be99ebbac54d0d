import CatalogueFile
import Testing

/// Faults that show only where entries are held against one another.
@Suite struct MeaningFaultTests {
  @Test(arguments: names + factors + rules)
  func `one mistake of meaning gives one fault with its line and reason`(_ fault: FaultCase) throws {
    try fault.check()
  }

  private static let names = [
    FaultCase(
      "a code used twice", replace: "code: master", with: "code: newcomer", line: "from_kg: 10.5",
      path: "titles[1].code", reason: "the title \"newcomer\" is defined already in line"),
    FaultCase(
      "a factor version used twice", replace: "version: ride-2024", with: "version: ride-2022 # again", line: "# again",
      path: "factors[1].version", reason: "the factor version \"ride-2022\" is defined already"),
    FaultCase(
      "a category that is not defined", replace: "category: transport\n    unit: km",
      with: "category: transprot\n    unit: km", line: "transprot", path: "behaviours[0].category",
      reason: "there is no category \"transprot\"; did you mean \"transport\"?"),
    FaultCase(
      "a behaviour that is not defined", replace: "behaviours: [ride]\n    quantity",
      with: "behaviours: [rode]\n    quantity", line: "rode", path: "caps[0].behaviours[0]",
      reason: "there is no behaviour \"rode\"; did you mean \"ride\"?"),
    FaultCase(
      "a behaviour of a rule that is not defined", replace: "behaviour: walk", with: "behaviour: swimming",
      path: "points[2].behaviour", reason: "there is no behaviour \"swimming\"; known: ride, walk"),
    FaultCase(
      "a partner that is not defined", replace: "    grams: 93.3", with: "    partner: first\n    grams: 93.3",
      line: "partner: first\n", path: "factors[1].partner", reason: "did you mean \"first-partner\"?"),
    FaultCase(
      "a partner that is not defined, beside a factor for all",
      replace: "    valid: {from: 2024-01-01}\n    source",
      with: "    partner: firts-partner\n    valid: {from: 2022-09-18}\n    source",
      line: "firts", path: "factors[1].partner", reason: "did you mean \"first-partner\"?"),
    FaultCase(
      "a behaviour named twice", replace: "behaviours: [ride]\n    scope", with: "behaviours: [ride, ride]\n    scope",
      line: "[ride, ride]", path: "exclusivity[0].behaviours[1]", reason: "names \"ride\" twice"),
    FaultCase(
      "a group of nobody", replace: "behaviours: [ride]\n    scope", with: "behaviours: []\n    scope", line: "[]",
      path: "exclusivity[0].behaviours", reason: "names no behaviour"),
  ]

  private static let factors = [
    FaultCase(
      "two factors on one day", replace: "{from: 2024-01-01}\n    source", with: "{from: 2023-12-31}\n    source",
      line: "{from: 2023-12-31}", path: "factors[1].valid",
      reason: "overlaps factor \"ride-2022\" in line 38, which is valid from 2022-09-18 to 2023-12-31"),
    FaultCase(
      "two points rules on one day", replace: "0.02\n    valid: {from: 2024-01-01}",
      with: "0.02\n    valid: {from: 2023-01-01}", line: "{from: 2023-01-01}", path: "points[1].valid",
      reason: "overlaps points rule \"points-2022\""),
    FaultCase(
      "a factor without a source", replace: "source: a newspaper", with: "source: \"\"", path: "factors[0].source",
      reason: "a factor without a source cannot be used"),
    FaultCase(
      "a factor without the key source", replace: "    source: a newspaper\n", with: "", line: "version: ride-2022",
      path: "factors[0]", reason: "the key \"source\" is missing"),
    FaultCase(
      "a borrowed factor of nobody", replace: "borrowed_from: Wuhan", with: "borrowed_from:",
      path: "factors[1].borrowed_from", reason: "borrowed, but not from whom"),
    FaultCase(
      "a borrowed factor of yes", replace: "borrowed_from: Wuhan", with: "borrowed_from: true",
      path: "factors[1].borrowed_from", reason: "borrowed, but not from whom"),
    FaultCase(
      "a factor a thousand times too large", replace: "grams: 250", with: "grams: 250000", path: "factors[0].grams",
      reason: "250000 g per km is 250000 g per km, outside the plausible 10 to 400 of ride"),
    FaultCase(
      "a factor too small in another unit", replace: "grams: 250\n    unit: km",
      with: "grams: 0.009999\n    unit: m", line: "0.009999", path: "factors[0].grams",
      reason: "0.009999 g per m is 9.999 g per km, outside the plausible 10 to 400"),
    FaultCase(
      "a factor out of range by the least step", replace: "grams: 250", with: "grams: 400.000001",
      path: "factors[0].grams", reason: "outside the plausible 10 to 400"),
    FaultCase(
      "a factor per absurdly many", replace: "grams: 250", with: "per: 999999999999\n    grams: 250",
      line: "grams: 250", path: "factors[0].grams", reason: "outside the plausible 10 to 400"),
    FaultCase(
      "a unit that cannot be converted", replace: "grams: 250\n    unit: km", with: "grams: 250\n    unit: kWh",
      line: "kWh", path: "factors[0].unit", reason: "kWh cannot be converted to km, the unit of ride"),
    FaultCase(
      "an active behaviour without a factor", replace: "    active: false\n", with: "", line: "code: walk",
      path: "behaviours[1]", reason: "the behaviour \"walk\" is active, but no factor names it"),
    FaultCase(
      "a plausible range upside down", replace: "{min: 10, max: 400}", with: "{min: 400, max: 10}",
      path: "behaviours[0].plausible_grams", reason: "min 400 is above max 10"),
  ]

  private static let rules = [
    FaultCase(
      "a points rule of both kinds", replace: "per_gram: 0.02", with: "per_gram: 0.02\n    per_unit: 1",
      line: "version: points-2024", path: "points[1]", reason: "may only have one"),
    FaultCase(
      "a points rule of no kind", replace: "    per_gram: 0.02\n", with: "", line: "version: points-2024",
      path: "points[1]", reason: "needs the key \"per_gram\" or \"per_unit\""),
    FaultCase(
      "a misspelt kind of points rule", replace: "per_gram: 0.02", with: "per_gramm: 0.02", path: "points[1].per_gramm",
      reason: "did you mean \"per_gram\"?"),
    FaultCase(
      "points per unit of everything", replace: "per_gram: 0.02", with: "per_unit: 1", path: "points[1].per_unit",
      reason: "a rule for all behaviours has to be per_gram"),
    FaultCase(
      "points per unit with four places", replace: "per_unit: 0.001", with: "per_unit: 0.0011",
      path: "points[2].per_unit", reason: "0.0011 has 4 decimal places; at most 3"),
    FaultCase(
      "points per gram with seven places", replace: "per_gram: 0.02", with: "per_gram: 0.0200001",
      path: "points[1].per_gram", reason: "0.0200001 has 7 decimal places; at most 6"),
    FaultCase(
      "a cap over kilometres and steps", replace: "behaviours: [ride]\n    quantity",
      with: "behaviours: [ride, walk]\n    quantity", line: "[ride, walk]", path: "caps[0].behaviours[1]",
      reason: "walk is counted in step, ride in km: one cap cannot hold both"),
    FaultCase(
      "a cap in another unit", replace: "quantity_per_day: 60\n    unit: km",
      with: "quantity_per_day: 60\n    unit: kg",
      line: "unit: kg", path: "caps[0].unit", reason: "kg cannot be converted to km, the unit of ride"),
    FaultCase(
      "a quantity held above the refused", replace: "hold: {quantity_above: 20,", with: "hold: {quantity_above: 101,",
      path: "plausibility[0].hold.quantity_above", reason: "holds above 101, but above 100 is refused already"),
    FaultCase(
      "a speed held above the refused", replace: "speed_above_kmh: 22", with: "speed_above_kmh: 30.5",
      path: "plausibility[0].hold.speed_above_kmh", reason: "holds above 30.5, but above 30 is refused already"),
    FaultCase(
      "a count to refuse", replace: "speed_above_kmh: 30}", with: "speed_above_kmh: 30, count_per_day_above: 9}",
      path: "plausibility[0].refuse.count_per_day_above", reason: "unknown key \"count_per_day_above\""),
    FaultCase(
      "limits of nothing", replace: "    refuse: {quantity_above: 100, speed_above_kmh: 30}\n    hold:",
      with: "    hld:",
      line: "hld:", path: "plausibility[0].hld", reason: "did you mean \"hold\"?"),
    FaultCase(
      "no limits", replace: "exclusivity:", with: "  - behaviour: walk # bare\nexclusivity:", line: "# bare",
      path: "plausibility[1]", reason: "needs at least one of the keys"),
    FaultCase(
      "the speed of steps", replace: "exclusivity:",
      with: "  - behaviour: walk\n    hold: {speed_above_kmh: 9}\nexclusivity:", line: "speed_above_kmh: 9",
      path: "plausibility[1].hold.speed_above_kmh", reason: "a speed needs a length"),
    FaultCase(
      "the limits of one behaviour twice", replace: "exclusivity:",
      with: "  - behaviour: ride # again\n    hold: {quantity_above: 9}\nexclusivity:", line: "# again",
      path: "plausibility[1].behaviour", reason: "the limits of \"ride\" stand already in line"),
    FaultCase(
      "titles that do not rise", replace: "from_kg: 10.5", with: "from_kg: 0.0", path: "titles[1].from_kg",
      reason: "titles have to rise: 0 kg comes after 0 kg"),
  ]
}
