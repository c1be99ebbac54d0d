import ArgumentParser

/// `puhui ingest`.
struct IngestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ingest", abstract: "Run ingest lanes: partners' inboxes in, checked blocks out.",
    discussion: "Needs Redis only. Example: puhui ingest --lanes 4")

  @OptionGroup var options: FleetOptions

  func run() async throws { try await Fleet.run([.ingest], options) }
}
