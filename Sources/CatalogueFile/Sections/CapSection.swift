internal import CarbonInclusion

/// `caps`: the most that one resident is credited for on one day.
struct CapSection {
  let behaviours: BehaviourTable

  func read(_ items: [YAMLCursor]?) -> [Catalogue.Cap] {
    var codes = DefinedCodes(noun: "cap")
    return (items ?? []).compactMap { item in
      guard let fields = item.mapping(keys: ["code", "behaviours", "quantity_per_day", "unit"]) else { return nil }
      let code = codes.define(fields.required("code"))
      let named = behaviours.codes.resolveList(fields.required("behaviours"))
      let quantity = fields.required("quantity_per_day")?.decimal()
      let unitCursor = fields.required("unit")
      let unit = unitCursor?.unit()
      guard let code, let named, let quantity, let unit, let unitCursor else { return nil }
      judge(named, unit: unit, unitCursor: unitCursor)
      return Catalogue.Cap(code: code, behaviours: named.map(\.code), quantityPerDay: quantity, unit: unit)
    }
  }

  private func judge(_ named: [(code: String, cursor: YAMLCursor)], unit: MeasureUnit, unitCursor: YAMLCursor) {
    let known = named.compactMap { name in behaviours.behaviour(name.code).map { ($0, name.cursor) } }
    guard let (first, _) = known.first else { return }
    for (behaviour, cursor) in known.dropFirst() where !behaviour.unit.converts(to: first.unit) {
      cursor.fault(
        "\(behaviour.code) is counted in \(behaviour.unit.rawValue), \(first.code) in \(first.unit.rawValue): "
          + "one cap cannot hold both")
    }
    if !unit.converts(to: first.unit) {
      unitCursor.fault("\(unit.rawValue) cannot be converted to \(first.unit.rawValue), the unit of \(first.code)")
    }
  }
}
