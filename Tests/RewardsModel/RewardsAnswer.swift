/// What an operation was answered.
package enum RewardsAnswer: Sendable, Hashable {
  /// Nobody asked: it was no job.
  case silent
  /// The reply's fields after `id`, `op` and `ok`.
  case done([String: Value])
  /// The code of the reply's error.
  case refused(String)

  package enum Value: Sendable, Hashable {
    case text(String)
    case integer(Int64)
    case list([String])
  }

  /// The fields that a model speaks about; a reply may have more.
  package static let fields: Set<String> = [
    "status", "points", "codes", "stock", "points_available", "points_held", "points_debt", "reduction_mg", "actions",
    "title",
  ]

  /// Whether a reply says what it should. It may say more, but never give codes that nobody should get.
  package func isMet(by actual: RewardsAnswer) -> Bool {
    guard case .done(let wanted) = self, case .done(let got) = actual else { return self == actual }
    return wanted.allSatisfy { got[$0.key] == $0.value }
      && (wanted["codes"] != nil || got["codes"] == nil)
  }
}

extension RewardsAnswer: CustomStringConvertible {
  package var description: String {
    switch self {
    case .silent: "silent"
    case .refused(let code): "refused: \(code)"
    case .done(let fields):
      "done: "
        + fields.filter { Self.fields.contains($0.key) }.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        .joined(separator: ", ")
    }
  }
}

extension RewardsAnswer.Value: CustomStringConvertible {
  package var description: String {
    switch self {
    case .text(let text): text
    case .integer(let number): "\(number)"
    case .list(let items): "\(items)"
    }
  }
}
