import CarbonInclusion
import Ledger

/// Incidents in words, and for programs.
enum IncidentText {
  static func sentence(_ incident: Incident) -> String {
    switch Incident.Kind(rawValue: incident.what) {
    case .redisLost: "Redis has lost its memory: what waited in its lists is gone."
    case .redisWentBack: "Redis went back in time: its last pushes are gone."
    case .redisPromoted: "A replica of Redis was promoted: it may lack the last acknowledged pushes."
    case .postgresWentBack: "PostgreSQL went back in time: its last commits are gone."
    case .postgresPromoted:
      "PostgreSQL was promoted or restored: unless the standby was synchronous, it may lack commits."
    case nil: "\(incident.what)."
    }
  }

  /// What has to be pushed again.
  static func advice(_ incident: Incident) -> String {
    let span =
      incident.missingFrom.map { "between \(time($0)) and \(time(incident.missingTo))" }
      ?? "before \(time(incident.missingTo))"
    return "All partners: push again what was pushed \(span). Pushing a day again is free: nothing counts twice."
      + " Then: puhui doctor --resolve \(incident.number)"
  }

  static func json(_ incident: Incident) -> JSON {
    .object([
      ("incident", .integer(incident.number)), ("what", .string(incident.what)),
      ("detected_at", .string(incident.detectedAt.formatted(utcOffsetSeconds: 0))),
      ("missing_from", .optional(incident.missingFrom?.formatted(utcOffsetSeconds: 0))),
      ("missing_to", .string(incident.missingTo.formatted(utcOffsetSeconds: 0))),
      ("detail", .string(incident.detail)), ("partners", .string("all")),
      ("to_do", .string(advice(incident))),
    ])
  }

  static func text(_ incidents: [Incident]) -> String {
    "Incidents\n"
      + incidents.map { "  \($0.number)  \(time($0.detectedAt))  \(sentence($0))\n     \(advice($0))" }
      .joined(separator: "\n")
  }

  private static func time(_ instant: Instant) -> String { instant.formatted(utcOffsetSeconds: 28_800) }
}
