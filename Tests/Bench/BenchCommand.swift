import ArgumentParser

/// What scripts/bench and scripts/hotpath measure beside the fleet.
@main
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure parts of the way, without a fleet.", subcommands: [FloorCommand.self, HotPathCommand.self])
}
