import ArgumentParser
import CarbonInclusion
import Ledger
import PostgresClient

/// `puhui dead ls|show|retry|discard`.
struct DeadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dead", abstract: "Messages that killed every worker that met them.",
    discussion: """
      Such a message is buried as rejected, reason poison, and everything around it goes on. Here it can be looked at, \
      and judged again once the fault is mended.

      Examples:
        puhui dead ls --partner meituan-bike
        puhui dead show 07-meituan-bike-1700000000000000-42-9f53705d
        puhui dead retry --all --since 2022-11-29 --dry-run
        puhui dead discard 07-meituan-bike-1700000000000000-42-9f53705d
      """,
    subcommands: [ListCommand.self, ShowCommand.self, RetryCommand.self, DiscardCommand.self])

  /// A connection to a database that knows dead letters.
  static func connect(_ servers: ServerOptions) throws -> PostgresConnection {
    var connection = try servers.connectPostgres()
    do {
      try Migrator.check(&connection)
    } catch let error as LedgerError {
      throw CommandFailure(.configuration, "\(error)")
    }
    return connection
  }

  /// Which letters `ls` shows.
  enum ShownState: String, ExpressibleByArgument, CaseIterable {
    case buried, retried, discarded, any
  }

  struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "ls", abstract: "List dead letters, newest first.",
      discussion: "Open ones, unless --state says else. Examples: puhui dead ls; puhui dead ls --state any --json")

    @OptionGroup var options: DeadLetterOptions
    @Option(help: "buried (open), retried, discarded or any.") var state = ShownState.buried
    @Flag(help: "Answer as JSON.") var json = false
    @OptionGroup var servers: ServerOptions

    func run() async throws {
      var connection = try DeadCommand.connect(servers)
      let filter = try options.filter(DeadLetter.State(rawValue: state.rawValue), &connection)
      let limit = min(options.limit ?? 100, 10_000)
      let letters = try DeadLetterReader.list(filter, limit: limit, newestFirst: true, &connection)
      if json {
        Console.print(JSON.array(letters.map { DeadLetterJSON.object($0, withPayload: false) }).text)
      } else if letters.isEmpty {
        Console.print("No dead letters\(state == .any ? "" : " that are \(state.rawValue)").")
      } else {
        let offset = try ProgrammeZone.offsetSeconds(&connection)
        Console.print(DeadLetterText.table(letters, offset: offset).text())
        let count = try DeadLetterReader.count(filter, &connection)
        if count > letters.count {
          Console.print("\(Amounts.count(Int64(letters.count))) of \(Amounts.count(count)); --limit shows more")
        }
      }
    }
  }

  struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Show everything that is known of a dead letter.",
      discussion: "Example: puhui dead show 07-meituan-bike-1700000000000000-42-9f53705d")

    @Argument(help: "The letter's name, as `puhui dead ls` shows it.") var name: String
    @Flag(help: "Answer as JSON, the payload as text and as hexadecimal digits.") var json = false
    @OptionGroup var servers: ServerOptions

    func validate() throws {
      guard DeadLetterName(name) != nil else {
        throw ValidationError("\"\(name)\" is no name of a dead letter; `puhui dead ls` shows names")
      }
    }

    func run() async throws {
      var connection = try DeadCommand.connect(servers)
      let letters = try DeadLetterName(name).map { try DeadLetterReader.read($0, &connection) } ?? []
      guard !letters.isEmpty else {
        throw CommandFailure(.failure, "there is no dead letter \(name): see `puhui dead ls --state any`")
      }
      if json {
        Console.print(JSON.array(letters.map { DeadLetterJSON.object($0, withPayload: true) }).text)
      } else {
        let offset = try ProgrammeZone.offsetSeconds(&connection)
        Console.print(letters.map { DeadLetterText.page($0, offset: offset) }.joined(separator: "\n\n"))
      }
    }
  }
}
