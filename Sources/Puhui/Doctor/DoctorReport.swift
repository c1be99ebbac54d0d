import Ledger

/// What the doctor says, to people and to programs.
struct DoctorReport {
  let diagnoses: [Diagnosis]
  let incidents: [Incident]

  var problems: Int { diagnoses.count { $0.finding.level == .problem } }
  var warnings: Int { diagnoses.count { $0.finding.level == .warning } }

  func text() -> String {
    var table = Table([.init(title: "check"), .init(title: "state"), .init(title: "found")])
    table.rows = diagnoses.map { [$0.check, $0.finding.level.rawValue.uppercasedUnlessOK, $0.finding.found] }
    var parts = [table.text()]
    let worrying = diagnoses.filter { $0.finding.level != .ok }.sorted { first, second in
      first.finding.level == .problem && second.finding.level != .problem
    }
    if !worrying.isEmpty {
      parts.append(
        "What to do\n" + worrying.map { "  \($0.check): \($0.finding.advice ?? "")" }.joined(separator: "\n"))
    }
    parts.append("\(problems) problems, \(warnings) warnings, \(diagnoses.count) things looked at")
    return parts.joined(separator: "\n\n")
  }

  func json() -> String {
    JSON.object([
      ("ok", .bool(problems == 0)), ("problems", .integer(Int64(problems))), ("warnings", .integer(Int64(warnings))),
      (
        "checks",
        .array(
          diagnoses.map { item in
            .object([
              ("check", .string(item.check)), ("state", .string(item.finding.level.rawValue)),
              ("found", .string(item.finding.found)), ("advice", .optional(item.finding.advice)),
            ])
          })
      ),
      ("incidents", .array(incidents.map(IncidentText.json))),
    ]).text
  }
}

extension String {
  /// What needs a look stands out.
  fileprivate var uppercasedUnlessOK: String { self == "ok" ? self : uppercased() }
}
