internal import CarbonInclusion

/// `categories`: what statements and totals group behaviours by.
enum CategorySection {
  static func read(_ items: [YAMLCursor]?) -> ([Catalogue.Category], DefinedCodes) {
    var codes = DefinedCodes(noun: "category", isUnknown: items == nil)
    let categories = (items ?? []).compactMap { item -> Catalogue.Category? in
      guard let fields = item.mapping(keys: ["code", "name"]) else { return nil }
      let code = codes.define(fields.required("code"))
      let name = fields.required("name")?.name()
      guard let code, let name else { return nil }
      return Catalogue.Category(code: code, name: name)
    }
    return (categories, codes)
  }
}
