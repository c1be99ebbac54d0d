/// One thing that must hold, in words: what, what it means where it does not, and what a person can do about it.
package struct AuditTopic: Sendable {
  /// The name that `puhui audit --only` takes.
  package let code: String
  /// Which of the house's invariants it belongs to, such as `I2`.
  package let invariant: String
  package let holds: String
  package let meaning: String
  package let advice: String

  package init(_ code: String, _ invariant: String, holds: String, meaning: String, advice: String) {
    self.code = code
    self.invariant = invariant
    self.holds = holds
    self.meaning = meaning
    self.advice = advice
  }
}
