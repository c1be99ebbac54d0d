internal import CarbonInclusion

/// `partners`: who may speak, and while which contract lasts.
enum PartnerSection {
  static func read(_ items: [YAMLCursor]?) -> ([Catalogue.Partner], DefinedCodes) {
    var codes = DefinedCodes(noun: "partner", isUnknown: items == nil)
    let partners = (items ?? []).compactMap { partner($0, &codes) }
    return (partners, codes)
  }

  private static func partner(_ item: YAMLCursor, _ codes: inout DefinedCodes) -> Catalogue.Partner? {
    guard let fields = item.mapping(keys: ["code", "name", "kind", "contract", "age_limit"]) else { return nil }
    let code = codes.define(fields.required("code"))
    let name = fields.required("name")?.name()
    let kind: Catalogue.Partner.Kind? = fields.required("kind")?.choice("kind of partner")
    let contract = fields.required("contract")?.validity()
    let ageLimit = fields.optional("age_limit")?.days()
    guard let code, let name, let kind, let contract else { return nil }
    return Catalogue.Partner(code: code, name: name, kind: kind, contract: contract, ageLimitDays: ageLimit)
  }
}
