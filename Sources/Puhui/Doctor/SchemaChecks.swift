import Ledger

/// What is looked at in schema `puhui`.
enum SchemaChecks {
  static let all: [Check<SchemaFacts>] = [
    Check("schema.version", version), Check("schema.permissions", permissions), Check("schema.catalogue", catalogue),
    Check("schema.tables", tables), Check("schema.append-only", guards), Check("fleet.incidents", incidents),
    Check("fleet.watermark", watermark),
  ]

  private static func version(_ facts: SchemaFacts) -> Finding? {
    if let refusal = facts.refusal {
      return .problem(refusal, "run `puhui migrate` with the newest binary that is in use")
    }
    guard facts.version <= Migrator.newest else {
      return .warning(
        "version \(facts.version), which this binary of version \(Migrator.newest) may still work on",
        "finish the upgrade: replace this binary")
    }
    return .ok("version \(facts.version), every migration applied")
  }

  private static func permissions(_ facts: SchemaFacts) -> Finding? {
    guard facts.refusal == nil else { return nil }
    guard let first = facts.forbidden.first else { return .ok("this role may read and write every table") }
    return .problem(
      "this role may not use \(first)" + (facts.forbidden.count > 1 ? " and \(facts.forbidden.count - 1) others" : ""),
      "run workers and `puhui migrate` as one role, or grant it USAGE on schema puhui and SELECT, INSERT, UPDATE on its"
        + " tables")
  }

  private static func catalogue(_ facts: SchemaFacts) -> Finding? {
    guard facts.refusal == nil, facts.forbidden.isEmpty else { return nil }
    guard facts.catalogueVersion > 0 else {
      return .problem("no catalogue", "run `puhui catalogue apply deploy/catalogue/shanxi.yaml`, or your own")
    }
    return .ok("version \(facts.catalogueVersion)")
  }

  private static func tables(_ facts: SchemaFacts) -> Finding? {
    guard let first = facts.unlogged.first else { return nil }
    return .problem(
      "\(facts.unlogged.joined(separator: ", ")): unlogged, a crash empties it", "`ALTER TABLE \(first) SET LOGGED;`")
  }

  private static func guards(_ facts: SchemaFacts) -> Finding? {
    guard facts.refusal == nil, facts.forbidden.isEmpty else { return nil }
    guard let first = facts.unguarded.first else { return .ok("booked rows cannot be changed") }
    return .problem(
      "rows of \(facts.unguarded.joined(separator: ", ")) could be changed now",
      "`ALTER TABLE \(first) ENABLE TRIGGER append_only;`, and ask who has disabled it")
  }

  private static func incidents(_ facts: SchemaFacts) -> Finding? {
    guard facts.refusal == nil, facts.forbidden.isEmpty else { return nil }
    guard let first = facts.incidents.first else { return .ok("no server went back in time, as far as is known") }
    let others = facts.incidents.count > 1 ? " (\(facts.incidents.count - 1) others follow; see `puhui status`)" : ""
    return .problem("incident \(first.number): \(IncidentText.sentence(first))\(others)", IncidentText.advice(first))
  }

  private static func watermark(_ facts: SchemaFacts) -> Finding? {
    guard let seconds = facts.watermarkSeconds else { return nil }
    guard seconds > 30 else { return .ok("both servers had the same mark \(max(0, seconds)) s ago") }
    return .warning(
      "the last mark that both servers had is \(seconds) s old: a server that goes back in time now is noticed later",
      "start a scoring worker; if one runs, see its log")
  }
}
