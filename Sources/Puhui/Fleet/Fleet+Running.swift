import Logging
import ServiceLifecycle
import UnixSignals

extension Fleet {
  /// Runs lanes of these roles until a signal stops them; then they have 9 s to hand back what they hold.
  static func run(_ roles: [Role], _ options: FleetOptions) async throws {
    let fleet = try Fleet(roles: roles, options: options)
    try fleet.checkServers()
    var configuration = ServiceGroupConfiguration(
      services: [.init(service: fleet, successTerminationBehavior: .gracefullyShutdownGroup)],
      gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "puhui.lifecycle"))
    configuration.maximumGracefulShutdownDuration = .seconds(9)
    try await ServiceGroup(configuration: configuration).run()
  }
}
