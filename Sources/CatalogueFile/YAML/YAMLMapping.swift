/// The members of a mapping, all with keys that are allowed there.
struct YAMLMapping {
  /// The mapping itself, for faults that concern it as a whole.
  let cursor: YAMLCursor
  private let members: [String: YAMLCursor]
  /// Allowed keys that an unknown one resembles: they were misspelt, not left out.
  private let meant: Set<String>

  init(cursor: YAMLCursor, members: [String: YAMLCursor], meant: Set<String>) {
    self.cursor = cursor
    self.members = members
    self.meant = meant
  }

  /// A member that has to be there; `nil` and a fault where it is not.
  func required(_ key: String) -> YAMLCursor? {
    if let member = members[key] { return member }
    if !meant.contains(key) { cursor.fault("the key \"\(key)\" is missing") }
    return nil
  }

  /// A member that may be left out; without a fault where it is.
  func optional(_ key: String) -> YAMLCursor? { members[key] }

  /// Whether none of some members is there, not even misspelt.
  func lacks(_ keys: [String]) -> Bool { keys.allSatisfy { members[$0] == nil && !meant.contains($0) } }
}
