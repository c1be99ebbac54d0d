/// One thing to look at: a name for people and programs, and how to judge what was gathered about it. A list of such
/// values is all that a new check has to be added to.
struct Check<Evidence>: Sendable {
  /// As `redis.appendonly`: the server or part, and what of it.
  let name: String
  /// `nil` where the evidence says nothing about it.
  let examine: @Sendable (Evidence) -> Finding?

  init(_ name: String, _ examine: @escaping @Sendable (Evidence) -> Finding?) {
    self.name = name
    self.examine = examine
  }

  /// The same check over evidence that holds this one's.
  func of<Larger>(_ part: @escaping @Sendable (Larger) -> Evidence) -> Check<Larger> {
    Check<Larger>(name) { examine(part($0)) }
  }
}

/// A check's name with what it found.
struct Diagnosis: Equatable {
  var check: String
  var finding: Finding
}

/// Runs checks over what was gathered.
func examine<Evidence>(_ evidence: Evidence, _ checks: [Check<Evidence>]) -> [Diagnosis] {
  checks.compactMap { check in check.examine(evidence).map { Diagnosis(check: check.name, finding: $0) } }
}
