import ArgumentParser

/// `puhui all`.
struct AllCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "all", abstract: "Run every role in one process.",
    discussion: "Example: PUHUI_POSTGRES_URL=postgresql:///puhui puhui all --lanes 2")

  @OptionGroup var options: FleetOptions

  func run() async throws { try await Fleet.run(Fleet.Role.allCases, options) }
}
