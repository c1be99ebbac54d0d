import ArgumentParser
import CarbonInclusion
import CatalogueFile
import Ledger
import PostgresClient
import Queues
import Workers

/// `puhui catalogue check|apply|show`.
struct CatalogueCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "catalogue", abstract: "Check, apply or show the policy file.",
    discussion: """
      Examples:
        puhui catalogue check deploy/catalogue/shanxi.yaml
        puhui catalogue apply deploy/catalogue/shanxi.yaml
        puhui catalogue show --json
      """,
    subcommands: [CheckCommand.self, ApplyCommand.self, ShowCommand.self])

  /// Reads and checks a file; every fault on a line of its own, exit 78.
  static func read(_ path: String) throws -> (catalogue: Catalogue, yaml: String) {
    let yaml: String
    do {
      yaml = try TextFile.read(path)
    } catch {
      throw CommandFailure(.configuration, "\(path) cannot be read: \(error)")
    }
    do {
      return (try CatalogueFile.read(text: yaml, fileName: path), yaml)
    } catch {
      throw CommandFailure(.configuration, "the catalogue has faults; nothing was changed\n\(error)")
    }
  }

  struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check", abstract: "Say what is wrong with a catalogue file, line by line.",
      discussion: "Example: puhui catalogue check deploy/catalogue/shanxi.yaml")

    @Argument(help: "The YAML file; - is standard input.") var file: String

    func run() async throws {
      let catalogue = try CatalogueCommand.read(file).catalogue
      Console.print(
        "\(file): no faults; \(catalogue.partners.count) partners, \(catalogue.behaviours.count) behaviours, "
          + "\(catalogue.factors.count) factors")
    }
  }

  struct ApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "apply", abstract: "Store a new version; running workers take it up by themselves.",
      discussion: "Example: puhui catalogue apply deploy/catalogue/shanxi.yaml --by wang")

    @Argument(help: "The YAML file; - is standard input.") var file: String
    @Option(help: "Who applies it; default is the system's user name.") var by: String?
    @OptionGroup var servers: ServerOptions

    func run() async throws {
      let (catalogue, yaml) = try CatalogueCommand.read(file)
      var connection = try servers.connectPostgres()
      do {
        let (version, isNew) = try CatalogueStore.apply(catalogue, yaml: yaml, by: by ?? SystemUser.name, &connection)
        Console.print(
          isNew ? "Catalogue version \(version) is in force." : "Version \(version) says the same; nothing to do.")
      } catch let error as LedgerError {
        throw CommandFailure(.configuration, "\(error)")
      } catch let error as PostgresError where error.sqlState == "42P01" {
        throw CommandFailure(.configuration, "the database has no schema `puhui` yet: run `puhui migrate`")
      }
    }
  }

  struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Show the catalogue in force, or an earlier version.",
      discussion: "Examples: puhui catalogue show; puhui catalogue show --version 2; puhui catalogue show --json")

    @Option(help: "A version; default is the newest.") var version: Int32?
    @Option(help: "Show a file in place of what was applied.") var file: String?
    @Flag(help: "List who applied which version when.") var history = false
    @Flag(help: "The policy as JSON, decimals as strings.") var json = false
    @OptionGroup var servers: ServerOptions

    func run() async throws {
      if let file {
        let (catalogue, yaml) = try CatalogueCommand.read(file)
        Console.write(json ? CatalogueJSON.text(catalogue) + "\n" : yaml)
        return
      }
      var connection = try servers.connectPostgres()
      if history {
        try showHistory(&connection)
        return
      }
      do {
        let stored = try CatalogueStore.load(version: version, &connection)
        let catalogue = try CatalogueFile.read(text: stored.yaml, fileName: "version \(stored.version)")
        Console.write(json ? CatalogueJSON.text(catalogue) + "\n" : stored.yaml)
      } catch let error as LedgerError {
        throw CommandFailure(.configuration, version.map { "there is no version \($0)" } ?? "\(error)")
      }
    }

    private func showHistory(_ connection: inout PostgresConnection) throws {
      let versions = try CatalogueStore.history(&connection)
      if json {
        Console.print(
          JSON.array(
            versions.map {
              .object([
                ("version", .integer(Int64($0.version))), ("applied_by", .string($0.appliedBy)),
                ("applied_at", .string($0.appliedAt.formatted(utcOffsetSeconds: 0))),
              ])
            }
          ).text)
        return
      }
      var table = Table([
        .init(title: "version", isNumber: true), .init(title: "applied by"), .init(title: "applied at"),
      ])
      table.rows = versions.map { ["\($0.version)", $0.appliedBy, $0.appliedAt.formatted(utcOffsetSeconds: 28_800)] }
      Console.print(table.text())
    }
  }
}
