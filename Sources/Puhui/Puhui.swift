import ArgumentParser

/// The one binary: workers, operators' commands, and the reference partner adapter.
struct Puhui: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "puhui",
    abstract: "Carbon inclusion (碳普惠): Redis lists in, an exact ledger out.",
    discussion: """
      Examples:
        puhui migrate; puhui catalogue apply deploy/catalogue/shanxi.yaml
        puhui all                              # run the fleet
        redis-cli LPUSH puhui:in:meituan-bike '{"id":"mt-1","resident":"r-1",…}'
        puhui outcome meituan-bike mt-1        # how a message ended
        puhui statement r-1                    # a resident's carbon ledger
      Servers: PUHUI_REDIS_URL and PUHUI_POSTGRES_URL, or flags.
      """,
    version: "0.1.0",
    groupedSubcommands: [
      CommandGroup(
        name: "Workers",
        subcommands: [IngestCommand.self, ScoreCommand.self, RewardsCommand.self, AllCommand.self]),
      CommandGroup(
        name: "Operating",
        subcommands: [
          MigrateCommand.self, CatalogueCommand.self, StatusCommand.self, DoctorCommand.self, AuditCommand.self,
          PauseCommand.self, ResumeCommand.self, DrainCommand.self, DeadCommand.self,
        ]),
      CommandGroup(
        name: "Reading",
        subcommands: [
          OutcomeCommand.self, StatementCommand.self, CertificateCommand.self, ReportCommand.self, GapsCommand.self,
          PointsCommand.self,
        ]),
      CommandGroup(name: "Pushing", subcommands: [JobCommand.self, PushCommand.self, SimulateCommand.self]),
    ])
}
