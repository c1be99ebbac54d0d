import ArgumentParser

/// `puhui score`.
struct ScoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score", abstract: "Run scoring lanes: blocks in, ledger entries out.",
    discussion: "Example: puhui score --lanes 4 --postgres postgresql:///puhui")

  @OptionGroup var options: FleetOptions

  func run() async throws { try await Fleet.run([.score], options) }
}
