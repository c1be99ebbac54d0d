/// What came of looking at one thing.
struct Finding: Equatable {
  enum Level: String, CaseIterable {
    case ok, warning, problem
  }

  var level: Level
  /// What is so.
  var found: String
  /// What to do about it; `nil` where nothing is to be done.
  var advice: String?

  static func ok(_ found: String) -> Finding { Finding(level: .ok, found: found, advice: nil) }

  static func warning(_ found: String, _ advice: String) -> Finding {
    Finding(level: .warning, found: found, advice: advice)
  }

  static func problem(_ found: String, _ advice: String) -> Finding {
    Finding(level: .problem, found: found, advice: advice)
  }
}
