import Ledger

/// What `puhui audit` says.
struct AuditReport {
  let results: [AuditResult]
  let entries: Int64
  let milliseconds: Int64

  var findings: Int64 { results.reduce(0) { $0 + $1.total } }

  private var failed: Int { results.count { $0.total > 0 } }

  /// One line a check, and below those that failed what was found, what it means and what to do.
  func text() -> String {
    (results.map(section) + [summary]).joined(separator: "\n")
  }

  var summary: String {
    let seconds = "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
    let over = "\(Amounts.count(entries)) entries, \(seconds)"
    let open = results.count { $0.notJudged != nil && $0.total == 0 }
    let left = open == 0 ? "" : "; \(open) not or only partly judged"
    return failed == 0
      ? "\(results.count - open) checks hold\(left) (\(over))."
      : "\(failed) of \(results.count) checks do not hold, \(Amounts.count(findings)) findings\(left) (\(over))."
  }

  private func section(_ result: AuditResult) -> String {
    let (topic, kept) = (result.topic, Int64(result.findings.count))
    let verdict = result.total > 0 ? "WRONG" : result.notJudged == nil ? "ok   " : "-    "
    var lines = ["\(verdict) \(topic.invariant) \(padded(topic.code)) \(topic.holds)"]
    if let reason = result.notJudged { lines.append("      not judged: \(reason)") }
    guard result.total > 0 else { return lines.joined(separator: "\n") }
    lines += result.findings.map { "      " + sentence($0) }
    if result.total > kept { lines.append("      and \(Amounts.count(result.total - kept)) more: use --limit") }
    lines += ["      It means: \(topic.meaning)", "      To do: \(topic.advice)"]
    return lines.joined(separator: "\n")
  }

  private func padded(_ code: String) -> String { code + String(repeating: " ", count: max(0, 17 - code.count)) }

  private func sentence(_ finding: AuditFinding) -> String {
    let place = [
      finding.shard.map { "shard \($0)" }, finding.entryNumber.map { "entry \($0)" }, finding.partner,
      finding.activityID.map { "id \($0)" }, finding.resident.map { "resident \($0)" }, finding.place,
    ].compactMap { $0 }.joined(separator: ", ")
    return "\(place): expected \(finding.expected); found \(finding.found)"
  }

  func json() -> String {
    JSON.object([
      ("ok", .bool(findings == 0)), ("findings", .integer(findings)), ("entries", .integer(entries)),
      ("milliseconds", .integer(milliseconds)), ("checks", .array(results.map(json))),
    ]).text
  }

  private func json(_ result: AuditResult) -> JSON {
    .object([
      ("check", .string(result.topic.code)), ("invariant", .string(result.topic.invariant)),
      ("ok", .bool(result.total == 0)), ("not_judged", .optional(result.notJudged)),
      ("holds", .string(result.topic.holds)), ("meaning", .string(result.topic.meaning)),
      ("to_do", .string(result.topic.advice)), ("total", .integer(result.total)),
      ("findings", .array(result.findings.map(json))),
    ])
  }

  private func json(_ finding: AuditFinding) -> JSON {
    .object([
      ("shard", .optional(finding.shard.map(Int64.init))), ("entry", .optional(finding.entryNumber)),
      ("partner", .optional(finding.partner)), ("activity_id", .optional(finding.activityID)),
      ("resident", .optional(finding.resident)), ("place", .optional(finding.place)),
      ("expected", .string(finding.expected)), ("found", .string(finding.found)),
    ])
  }
}
