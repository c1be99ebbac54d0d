/// Above how many points a second administrator has to agree.
struct ApprovalRule {
  /// `nil` where the administrators cannot be read.
  let administrators: Int?

  /// From 0, which is always. `nil` where nothing is said, or where it is wrong.
  func points(_ cursor: YAMLCursor?) -> Int64? {
    guard let cursor, let points = cursor.whole(0...999_999_999_999) else { return nil }
    if let administrators, administrators < 2 {
      cursor.fault("nobody could approve: it needs two administrators, and there is \(administrators)")
    }
    return points
  }
}
