internal import CarbonInclusion

/// `behaviours`: what can be reported, in which unit, and what a factor of it may be.
enum BehaviourSection {
  private static let keys = [
    "code", "name", "category", "unit", "per_event", "active", "plausible_grams", "age_limit",
  ]

  static func read(_ items: [YAMLCursor]?, categories: DefinedCodes) -> BehaviourTable {
    var table = BehaviourTable(isUnknown: items == nil)
    for item in items ?? [] {
      guard let fields = item.mapping(keys: keys) else { continue }
      let code = table.codes.define(fields.required("code"))
      guard let behaviour = behaviour(fields, code: code, categories: categories) else { continue }
      table.add(behaviour, at: item)
    }
    return table
  }

  private static func behaviour(
    _ fields: YAMLMapping, code: String?, categories: DefinedCodes
  ) -> Catalogue.Behaviour? {
    let name = fields.required("name")?.name()
    let category = categories.resolve(fields.required("category"))
    let unit = fields.required("unit")?.unit()
    let perEvent = fields.optional("per_event")?.boolean() ?? false
    // Where it cannot be read, no factor is asked for: that would be a second fault for one mistake.
    let active = fields.optional("active").map { $0.boolean() ?? false } ?? true
    let plausible = fields.required("plausible_grams").flatMap(range)
    let ageLimit = fields.optional("age_limit")?.days()
    guard let code, let name, let category, let unit, let plausible else { return nil }
    return Catalogue.Behaviour(
      code: code, name: name, category: category, unit: unit, perEvent: perEvent, active: active,
      plausibleGramsPerUnit: plausible, ageLimitDays: ageLimit)
  }

  private static func range(_ cursor: YAMLCursor) -> ClosedRange<Quantity>? {
    guard let fields = cursor.mapping(keys: ["min", "max"]) else { return nil }
    let least = fields.required("min")?.decimal(zero: true)
    let most = fields.required("max")?.decimal(zero: true)
    guard let least, let most else { return nil }
    guard least <= most else {
      cursor.fault("min \(least) is above max \(most)")
      return nil
    }
    return least...most
  }
}
