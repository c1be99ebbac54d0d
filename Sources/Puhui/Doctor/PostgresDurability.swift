import Ledger

/// Whether PostgreSQL keeps what it has committed. Workers refuse to run where one of these is a problem.
enum PostgresDurability {
  static let checks: [Check<DurabilitySettings>] = [
    mustBeOn("fsync", "a crash of the machine can take commits, or leave the database corrupt"),
    Check("postgres.synchronous_commit", synchronousCommit),
    mustBeOn("full_page_writes", "a crash of the machine can leave pages half written, and the database corrupt"),
  ]

  private static func mustBeOn(_ name: String, _ consequence: String) -> Check<DurabilitySettings> {
    Check("postgres.\(name)") { settings in
      guard let value = settings.settings[name]?.value else { return nil }
      guard value == "off" else { return .ok("\(name) \(value)") }
      return .problem("\(name) is off: \(consequence)", "run `\(settings.remedy(name, to: "on"))`")
    }
  }

  private static func synchronousCommit(_ settings: DurabilitySettings) -> Finding? {
    guard let setting = settings.settings["synchronous_commit"] else { return nil }
    let remedy = "`\(settings.remedy("synchronous_commit", to: "on"))`"
    let hasStandbys = settings.settings["synchronous_standby_names"].map { !$0.value.isEmpty } ?? false
    switch setting.value {
    case "off":
      return .problem(
        "synchronous_commit is off for role \(settings.role) in database \(settings.database) (\(setting.source)):"
          + " a crash takes the last commits, and the lists have forgotten their messages", "run \(remedy)")
    case "local" where hasStandbys, "remote_write" where hasStandbys:
      return .warning(
        "synchronous_commit is \(setting.value) although there are synchronous standbys: one that is promoted may lack"
          + " the last commits", "run \(remedy)")
    default: return .ok("synchronous_commit \(setting.value)")
    }
  }
}
