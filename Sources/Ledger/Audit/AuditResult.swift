/// What became of one check.
package struct AuditResult: Sendable {
  package let topic: AuditTopic
  /// The first findings, at most as many as were asked for.
  package private(set) var findings: [AuditFinding] = []
  /// How many there are.
  package private(set) var total: Int64 = 0
  /// Why the check, or a part of it, was not judged; `nil` where all of it was.
  package var notJudged: String?

  package init(topic: AuditTopic) { self.topic = topic }

  /// Adds findings, and keeps no more than `limit` altogether.
  package mutating func add(_ new: [AuditFinding], total count: Int64, limit: Int) {
    findings += new.prefix(max(0, limit - findings.count))
    total += count
  }
}
