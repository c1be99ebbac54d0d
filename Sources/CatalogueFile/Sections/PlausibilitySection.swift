internal import CarbonInclusion

/// `plausibility`: above which limits a report is refused, and above which a person has to look at it.
struct PlausibilitySection {
  let behaviours: BehaviourTable

  private typealias Limits = Catalogue.Plausibility.Limits

  /// The limits of one kind, and where they stand.
  private struct Entry {
    var limits = Limits()
    var quantity: YAMLCursor?
    var speed: YAMLCursor?
  }

  func read(_ items: [YAMLCursor]?) -> [Catalogue.Plausibility] {
    var lines: [String: Int] = [:]
    return (items ?? []).compactMap { item in
      guard let fields = item.mapping(keys: ["behaviour", "refuse", "hold"]) else { return nil }
      let cursor = fields.required("behaviour")
      let code = behaviours.codes.resolve(cursor)
      if let code, let cursor, let line = lines.updateValue(cursor.line, forKey: code) {
        cursor.fault("the limits of \"\(code)\" stand already in line \(line)")
      }
      let unit = behaviours.behaviour(code)?.unit
      let refuse = entry(fields.optional("refuse"), counts: false, unit: unit)
      let hold = entry(fields.optional("hold"), counts: true, unit: unit)
      if fields.lacks(["refuse", "hold"]) {
        item.fault("needs at least one of the keys \"refuse\" and \"hold\"")
      }
      judge(hold.quantity, hold: hold.limits.quantityAbove, refuse: refuse.limits.quantityAbove)
      judge(hold.speed, hold: hold.limits.speedAboveKmh, refuse: refuse.limits.speedAboveKmh)
      guard let code else { return nil }
      return Catalogue.Plausibility(behaviour: code, refuse: refuse.limits, hold: hold.limits)
    }
  }

  private func entry(_ cursor: YAMLCursor?, counts: Bool, unit: MeasureUnit?) -> Entry {
    let keys = ["quantity_above", "speed_above_kmh"] + (counts ? ["count_per_day_above"] : [])
    guard let fields = cursor?.mapping(keys: keys) else { return Entry() }
    let quantity = fields.optional("quantity_above")
    let speed = fields.optional("speed_above_kmh")
    if let speed, let unit, unit.dimension != .length {
      speed.fault("a speed needs a length, but this behaviour is counted in \(unit.rawValue)")
    }
    let limits = Limits(
      quantityAbove: quantity?.decimal(), speedAboveKmh: speed?.decimal(),
      countPerDayAbove: fields.optional("count_per_day_above")?.count().map(Int.init))
    return Entry(limits: limits, quantity: quantity, speed: speed)
  }

  /// Refusing comes first: a higher limit to hold would never be reached.
  private func judge(_ cursor: YAMLCursor?, hold: Quantity?, refuse: Quantity?) {
    guard let cursor, let hold, let refuse, hold > refuse else { return }
    cursor.fault("holds above \(hold), but above \(refuse) is refused already")
  }
}
