internal import CarbonInclusion

/// `points`: how grams or acts become points.
struct PointsSection {
  let behaviours: BehaviourTable

  func read(_ items: [YAMLCursor]?) -> [Catalogue.PointsRule] {
    var versions = DefinedCodes(noun: "points rule version")
    var entries: [ValidityClash.Entry] = []
    let rules = (items ?? []).compactMap { item -> Catalogue.PointsRule? in
      let keys = ["version", "behaviour", "per_gram", "per_unit", "valid"]
      guard let fields = item.mapping(keys: keys) else { return nil }
      guard let rule = rule(fields, versions: &versions) else { return nil }
      entries.append(
        ValidityClash.Entry(
          key: [rule.behaviour], version: rule.version, validity: rule.validity,
          cursor: fields.optional("valid") ?? item))
      return rule
    }
    ValidityClash.report(entries, what: "points rule")
    return rules
  }

  private func rule(_ fields: YAMLMapping, versions: inout DefinedCodes) -> Catalogue.PointsRule? {
    let version = versions.define(fields.required("version"))
    let behaviourCursor = fields.optional("behaviour")
    let behaviour = behaviourCursor.flatMap { behaviours.codes.resolve($0) }
    let basis = basis(fields)
    let validity = fields.required("valid")?.validity()
    guard let version, let basis, let validity, behaviourCursor == nil || behaviour != nil else { return nil }
    return Catalogue.PointsRule(version: version, behaviour: behaviour, basis: basis, validity: validity)
  }

  /// Points are counted in billionths: of a rate per gram six places are exact, of one per unit three.
  private func basis(_ fields: YAMLMapping) -> Catalogue.PointsRule.Basis? {
    let perGram = fields.optional("per_gram")
    let perUnit = fields.optional("per_unit")
    let gramRate = perGram?.decimal(places: 6, zero: true)
    let unitRate = perUnit?.decimal(places: 3, zero: true)
    if perGram != nil, perUnit != nil {
      fields.cursor.fault("has both keys \"per_gram\" and \"per_unit\", but may only have one")
      return nil
    }
    if fields.lacks(["per_gram", "per_unit"]) { fields.cursor.fault("needs the key \"per_gram\" or \"per_unit\"") }
    if let perUnit, fields.optional("behaviour") == nil {
      perUnit.fault("a rule for all behaviours has to be per_gram: a kilometre, a step and a meal are not one unit")
    }
    return gramRate.map { .perGram($0) } ?? unitRate.map { .perUnit($0) }
  }
}
