import ArgumentParser
import Logging
import ServiceLifecycle
import UnixSignals

/// `puhui ingest`.
struct IngestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ingest", abstract: "Run ingest lanes: partners' inboxes in, checked blocks out.",
    discussion: "Needs Redis only. Example: puhui ingest --lanes 4")

  @OptionGroup var options: FleetOptions

  func run() async throws { try await runFleet([.ingest], options) }
}

/// `puhui score`.
struct ScoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score", abstract: "Run scoring lanes: blocks in, ledger entries out.",
    discussion: "Example: puhui score --lanes 4 --postgres postgresql:///puhui")

  @OptionGroup var options: FleetOptions

  func run() async throws { try await runFleet([.score], options) }
}

/// `puhui all`.
struct AllCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "all", abstract: "Run every role in one process.",
    discussion: "Example: PUHUI_POSTGRES_URL=postgresql:///puhui puhui all --lanes 2")

  @OptionGroup var options: FleetOptions

  func run() async throws { try await runFleet(Fleet.Role.allCases, options) }
}

private func runFleet(_ roles: [Fleet.Role], _ options: FleetOptions) async throws {
  let fleet = try Fleet(roles: roles, options: options)
  try fleet.checkDatabase()
  var configuration = ServiceGroupConfiguration(
    services: [.init(service: fleet, successTerminationBehavior: .gracefullyShutdownGroup)],
    gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "puhui.lifecycle"))
  configuration.maximumGracefulShutdownDuration = .seconds(9)
  try await ServiceGroup(configuration: configuration).run()
}
