/// How a message ended. Every message has exactly one; the raw value is the number in the ledger's tables.
package enum Outcome: Int16, Sendable, CaseIterable {
  case credited = 1
  /// Recorded; credited in part or not at all.
  case capped = 2
  /// Same id, same content.
  case duplicate = 3
  /// Same id, other content.
  case conflict = 4
  /// The same act as another activity, which it names.
  case overlap = 5
  /// Implausible; waits for review.
  case held = 6
  /// It took an earlier activity back.
  case reversal = 7
  case rejected = 8

  /// The word of the contract.
  package var code: String { String(describing: self) }
}
