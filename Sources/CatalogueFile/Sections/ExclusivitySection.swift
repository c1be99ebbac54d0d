internal import CarbonInclusion

/// `exclusivity`: behaviours of which one resident does one at a time.
struct ExclusivitySection {
  let behaviours: BehaviourTable

  func read(_ items: [YAMLCursor]?) -> [Catalogue.ExclusivityGroup] {
    var codes = DefinedCodes(noun: "exclusivity group")
    return (items ?? []).compactMap { item in
      let keys = ["code", "behaviours", "scope", "window", "evidence_distinguishes"]
      guard let fields = item.mapping(keys: keys) else { return nil }
      let code = codes.define(fields.required("code"))
      let named = behaviours.codes.resolveList(fields.required("behaviours"))
      let scope: Catalogue.ExclusivityGroup.Scope? = fields.required("scope")?.choice("scope")
      let window = fields.required("window")?.seconds()
      let distinguishes = fields.optional("evidence_distinguishes")?.boolean() ?? false
      guard let code, let named, let scope, let window else { return nil }
      return Catalogue.ExclusivityGroup(
        code: code, behaviours: named.map(\.code), scope: scope, windowSeconds: window,
        evidenceDistinguishes: distinguishes)
    }
  }
}
