internal import CarbonInclusion

/// `titles`: what a resident may call themselves, from the lowest to the highest.
enum TitleSection {
  static func read(_ items: [YAMLCursor]?) -> [Catalogue.Title] {
    var codes = DefinedCodes(noun: "title")
    var last: Quantity?
    return (items ?? []).compactMap { item in
      guard let fields = item.mapping(keys: ["code", "name", "from_kg"]) else { return nil }
      let code = codes.define(fields.required("code"))
      let name = fields.required("name")?.name()
      let cursor = fields.required("from_kg")
      let from = cursor?.decimal(zero: true)
      if let from, let last, from <= last {
        cursor?.fault("titles have to rise: \(from) kg comes after \(last) kg")
      }
      if let from { last = from }
      guard let code, let name, let from else { return nil }
      // A millionth of a kilogram is a milligram.
      return Catalogue.Title(code: code, name: name, fromMilligrams: from.millionths)
    }
  }
}
