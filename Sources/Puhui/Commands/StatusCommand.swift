import ArgumentParser
import CarbonInclusion
import Ledger
import PostgresClient
import Queues
import RedisClient

/// `puhui status`.
struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Queues, leases, workers, lag and outcomes.",
    discussion:
      "Also names lists that belong to nobody. Examples: puhui status; puhui status --json; watch -n 1 puhui status")

  @Flag(help: "Answer as JSON.") var json = false
  @OptionGroup var servers: ServerOptions

  func run() async throws {
    var postgres = try servers.connectPostgres()
    var redis = try servers.connectRedis()
    let keys = Keys(prefix: try servers.prefix())
    do {
      let ledger = try StatusReader.read(&postgres)
      let catalogue = try currentCatalogue(&postgres)
      let queues = try QueueStatus.read(
        partners: catalogue?.partners.map(\.code) ?? [],
        administrators: catalogue?.administrators ?? [], keys: keys, &redis)
      Console.print(json ? StatusJSON.text(ledger, queues) : StatusText(ledger: ledger, queues: queues).text())
    } catch let error as LedgerError {
      throw CommandFailure(.configuration, "\(error)")
    } catch let error as RedisError {
      throw CommandFailure(.unavailable, "Redis: \(error)")
    }
  }

  private func currentCatalogue(_ connection: inout PostgresConnection) throws -> Catalogue? {
    try CatalogueStore.newestVersion(&connection) > 0 ? Catalogue.current(&connection) : nil
  }
}
