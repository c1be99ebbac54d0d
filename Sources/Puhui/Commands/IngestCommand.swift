import ArgumentParser

/// `puhui ingest`.
struct IngestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ingest", abstract: "Check partners' messages, pack them into blocks.",
    discussion: "Needs Redis only. Example: puhui ingest --lanes 4")

  @OptionGroup var options: FleetOptions

  func run() async throws { try await Fleet.run([.ingest], options) }
}
