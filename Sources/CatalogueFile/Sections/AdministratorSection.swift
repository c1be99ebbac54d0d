/// `administrators`: who may push jobs.
enum AdministratorSection {
  static func read(_ items: [YAMLCursor]?) -> [String] {
    var codes = DefinedCodes(noun: "administrator")
    return (items ?? []).compactMap { codes.define($0) }
  }
}
