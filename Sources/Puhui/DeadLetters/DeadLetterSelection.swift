import ArgumentParser
import CarbonInclusion
import Ledger
import PostgresClient

/// The dead letters that a command is to change: named ones, or with `--all` the open ones that pass the filters.
struct DeadLetterSelection: ParsableArguments {
  /// More than so many want a `--yes`.
  private static let many: Int64 = 20
  private static let pageSize: Int32 = 500

  @Argument(help: "Names of dead letters, as `puhui dead ls` shows them.") var names: [String] = []

  @Flag(help: "All open dead letters that pass the filters.") var all = false

  @Flag(help: "Yes, also where there are many.") var yes = false

  @OptionGroup var options: DeadLetterOptions

  func validate() throws {
    guard all || !names.isEmpty else {
      throw ValidationError("name dead letters, or say --all with or without filters")
    }
    guard !all || names.isEmpty else { throw ValidationError("choose one of names and --all") }
    guard all || options.isEmpty else { throw ValidationError("filters go with --all") }
    for name in names where DeadLetterName(name) == nil {
      throw ValidationError("\"\(name)\" is no name of a dead letter; `puhui dead ls` shows names")
    }
  }

  /// How many letters are meant.
  ///
  /// - Throws: `CommandFailure` where a name is unknown, or where there are more than nobody says yes to.
  func count(asking verb: String, _ connection: inout PostgresConnection) throws -> Int64 {
    guard all else { return Int64(try named(&connection).count) }
    let matching = try DeadLetterReader.count(try options.filter(.buried, &connection), &connection)
    let count = min(matching, Int64(options.limit ?? .max))
    guard yes || count <= Self.many else {
      throw CommandFailure(
        .usage, "\(Amounts.count(count)) dead letters are meant; say --yes to \(verb) them, --dry-run to see them")
    }
    return count
  }

  /// Gives the letters page by page, in the order of inboxes and positions. Named ones may be closed already.
  func forEachPage(
    _ connection: inout PostgresConnection, _ body: ([DeadLetter], inout PostgresConnection) throws -> Void
  ) throws {
    guard all else { return try body(named(&connection), &connection) }
    let filter = try options.filter(.buried, &connection)
    var left = options.limit ?? .max
    var last: DeadLetterKey?
    while left > 0, !Interruption.isWanted {
      let page = try DeadLetterReader.list(filter, after: last, limit: min(left, Self.pageSize), &connection)
      guard let end = page.last else { return }
      try body(page, &connection)
      left -= Int32(page.count)
      last = end.key
    }
  }

  private func named(_ connection: inout PostgresConnection) throws -> [DeadLetter] {
    var seen: Set<DeadLetterName> = []
    return try names.compactMap { DeadLetterName($0) }.filter { seen.insert($0).inserted }.flatMap { name in
      let letters = try DeadLetterReader.read(name, &connection)
      guard !letters.isEmpty else {
        throw CommandFailure(.failure, "there is no dead letter \(name): see `puhui dead ls --state any`")
      }
      return letters
    }
  }
}
