import ArgumentParser

/// `puhui score`.
struct ScoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score", abstract: "Judge blocks and book them in the ledger.",
    discussion: "Example: puhui score --lanes 4 --postgres postgresql:///puhui")

  @OptionGroup var options: FleetOptions

  func run() async throws { try await Fleet.run([.score], options) }
}
