import CarbonInclusion
import Lanes
import Ledger
import PostgresClient

/// Dead letters that were handed on, until the shards' lanes have decided about them.
struct RetrySettling {
  private static let pageSize = 500
  /// More than so many are summed up.
  private static let many = 20

  let letters: [DeadLetter]

  /// - Returns: what became of those that are settled; the others are still on their way when the time is over.
  func wait(
    seconds: Int, _ connection: inout PostgresConnection
  ) throws -> [DeadLetterKey: DeadLetterDesk.Standing] {
    let deadline = monotonicMilliseconds() + Int64(seconds) * 1_000
    var settled: [DeadLetterKey: DeadLetterDesk.Standing] = [:]
    var left = letters[...]
    var pauseMs = 10
    while !left.isEmpty {
      let page = left.prefix(Self.pageSize)
      let standings = try DeadLetterDesk.standings(page.map(\.key), &connection)
      var waiting: [DeadLetter] = []
      for letter in page {
        if let standing = standings[letter.key], standing.state != .buried || standing.burials > letter.burials {
          settled[letter.key] = standing
        } else {
          waiting.append(letter)
        }
      }
      let isMoving = waiting.count < page.count
      left = (waiting + left.dropFirst(page.count))[...]
      if isMoving {
        pauseMs = 10
        continue
      }
      guard monotonicMilliseconds() < deadline, !Interruption.wait(milliseconds: pauseMs) else { return settled }
      pauseMs = min(pauseMs * 2, 200)
    }
    return settled
  }

  func text(_ settled: [DeadLetterKey: DeadLetterDesk.Standing]) -> String {
    guard letters.count > Self.many else {
      return letters.map { "\($0.name): \(settled[$0.key].map(sentence) ?? "on its way")" }.joined(separator: "\n")
    }
    var counts: [String: Int64] = [:]
    for letter in letters { counts[settled[letter.key].map(word) ?? "on its way", default: 0] += 1 }
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { "\($0.key): \(Amounts.count($0.value))" }.joined(separator: "\n")
  }

  func json(_ settled: [DeadLetterKey: DeadLetterDesk.Standing]) -> JSON {
    .array(
      letters.map { letter in
        let standing = settled[letter.key]
        return .object([
          ("name", .string("\(letter.name)")), ("state", .string(standing?.state.rawValue ?? "pushed")),
          ("activity_id", .optional(standing?.activityID)), ("outcome", .optional(standing.map(outcome))),
          ("reason", .optional(standing?.outcome == nil ? "poison" : standing?.reason)),
          ("detail", .optional(standing?.detail)),
        ])
      })
  }

  /// What was not judged stays as it was buried.
  private func outcome(_ standing: DeadLetterDesk.Standing) -> String { standing.outcome ?? Outcome.rejected.code }

  private func word(_ standing: DeadLetterDesk.Standing) -> String {
    standing.state == .buried ? "buried again" : standing.outcome ?? standing.state.rawValue
  }

  private func sentence(_ standing: DeadLetterDesk.Standing) -> String {
    word(standing) + (standing.reason.map { ", \($0)" } ?? "")
      + (standing.detail.map { ": \(DeadLetterText.shown($0))" } ?? "")
  }
}

extension DeadLetter {
  /// What is enough to wait for it.
  var withoutPayload: DeadLetter {
    var letter = self
    letter.payload = nil
    return letter
  }
}
