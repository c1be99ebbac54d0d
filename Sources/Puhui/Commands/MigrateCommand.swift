import ArgumentParser
import Ledger

/// `puhui migrate`.
struct MigrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate", abstract: "Bring the schema to this binary's version.",
    discussion: "Safe to run again. Example: puhui migrate --postgres postgresql:///puhui")

  @OptionGroup var servers: ServerOptions

  func run() async throws {
    var connection = try servers.connectPostgres()
    do {
      let applied = try Migrator.migrate(&connection)
      // Made here once, so that workers find it.
      _ = try Secrets.evidenceKey(&connection)
      Console.print(
        applied.isEmpty
          ? "The schema is at version \(Migrator.newest); nothing to do."
          : "Applied \(applied.joined(separator: ", ")); the schema is at version \(Migrator.newest).")
    } catch let error as LedgerError {
      throw CommandFailure(.configuration, "\(error)")
    }
  }
}
