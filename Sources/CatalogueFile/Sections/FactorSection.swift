internal import CarbonInclusion

/// `factors`: grams per amount, each with the proof of where the number comes from.
struct FactorSection {
  let behaviours: BehaviourTable
  let partners: DefinedCodes

  private static let keys = [
    "version", "behaviour", "region", "partner", "grams", "per", "unit", "valid", "source", "grade", "borrowed_from",
  ]

  func read(_ items: [YAMLCursor]?) -> [Catalogue.Factor] {
    var versions = DefinedCodes(noun: "factor version")
    var named: Set<String> = []
    var entries: [ValidityClash.Entry] = []
    let factors = (items ?? []).compactMap { item -> Catalogue.Factor? in
      guard let fields = item.mapping(keys: Self.keys) else { return nil }
      let behaviour = behaviours.codes.resolve(fields.required("behaviour"))
      if let behaviour { named.insert(behaviour) }
      guard let factor = factor(fields, behaviour: behaviour, versions: &versions) else { return nil }
      entries.append(
        ValidityClash.Entry(
          key: [factor.behaviour, factor.region?.description, factor.partner], version: factor.version,
          validity: factor.validity, cursor: fields.optional("valid") ?? item))
      return factor
    }
    ValidityClash.report(entries, what: "factor")
    if items != nil { behaviours.requireFactors(named: named) }
    return factors
  }

  private func factor(
    _ fields: YAMLMapping, behaviour: String?, versions: inout DefinedCodes
  ) -> Catalogue.Factor? {
    let version = versions.define(fields.required("version"))
    let region = fields.optional("region")?.region()
    let partner = fields.optional("partner").flatMap { partners.resolve($0) }
    let amount = amount(fields, behaviour: behaviours.behaviour(behaviour))
    let validity = fields.required("valid")?.validity()
    let source = source(fields)
    let grade: Catalogue.Factor.Grade? = fields.required("grade")?.choice("grade")
    let lender = fields.optional("borrowed_from").flatMap(lender)
    guard let version, let behaviour, let amount, let validity, let source, let grade else { return nil }
    // A misspelt region or partner is not "everywhere" or "everybody": it must not clash with the general factor.
    guard (region == nil) == (fields.optional("region") == nil), (partner == nil) == (fields.optional("partner") == nil)
    else { return nil }
    return Catalogue.Factor(
      version: version, behaviour: behaviour, region: region, partner: partner, grams: amount.grams, per: amount.per,
      unit: amount.unit, validity: validity, source: source, grade: grade, borrowedFrom: lender)
  }

  private func amount(_ fields: YAMLMapping, behaviour: Catalogue.Behaviour?) -> FactorAmount? {
    let gramsCursor = fields.required("grams")
    let grams = gramsCursor?.decimal(zero: true)
    let perCursor = fields.optional("per")
    let per = perCursor == nil ? .one : perCursor?.decimal()
    let unitCursor = fields.required("unit")
    guard let unit = unitCursor?.unit(), let unitCursor, let gramsCursor, let grams, let per else { return nil }
    let amount = FactorAmount(grams: grams, per: per, unit: unit)
    guard let behaviour else { return amount }
    if !unit.converts(to: behaviour.unit) {
      unitCursor.fault(
        "\(unit.rawValue) cannot be converted to \(behaviour.unit.rawValue), the unit of \(behaviour.code)")
    } else if let fault = amount.implausibility(for: behaviour) {
      gramsCursor.fault(fault)
    }
    return amount
  }

  private func source(_ fields: YAMLMapping) -> String? {
    guard let cursor = fields.required("source") else { return nil }
    guard !cursor.isBlank else {
      cursor.fault("a factor without a source cannot be used")
      return nil
    }
    return cursor.text()
  }

  private func lender(_ cursor: YAMLCursor) -> String? {
    let text = cursor.isBlank ? "" : cursor.text()
    guard let text, !["", "true", "false", "yes", "no"].contains(text.lowercased()) else {
      if text != nil { cursor.fault("says that the number is borrowed, but not from whom") }
      return nil
    }
    return text
  }
}
