import ArgumentParser

/// `puhui rewards`.
struct RewardsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rewards", abstract: "Answer administrators' jobs, such as redemptions.",
    discussion: "Example: puhui rewards --postgres postgresql:///puhui")

  @OptionGroup var options: FleetOptions

  func run() async throws { try await Fleet.run([.rewards], options) }
}
