import ArgumentParser
import CarbonInclusion
import Ledger
import PostgresClient

/// `puhui gaps [PARTNER]`.
struct GapsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gaps", abstract: "What never came, by partners' own counters.",
    discussion: """
      A failover of Redis can lose pushes that it had acknowledged. Every number between the lowest and the highest \
      that was received is accounted for, whatever became of its message; one that is missing was lost, was never \
      pushed, still waits in a list, or stood in a message that could not be read. Pushing it again is free: what is \
      known ends as duplicate.

      Examples:
        puhui gaps                                  # one line for each partner that uses seq
        puhui gaps meituan-bike
        puhui gaps meituan-bike --from 1 --to 250000 --json   # what the partner knows to have pushed
      """)

  @Argument(help: "The partner's code; without it, a summary of all.") var partner: String?
  @Option(help: ArgumentHelp("The number that the counter began with.", valueName: "n")) var from: Int64?
  @Option(help: ArgumentHelp("The number that it has reached.", valueName: "n")) var to: Int64?
  @Option(help: ArgumentHelp("The most gaps to show.", valueName: "n")) var limit: Int64 = 1_000
  @OptionGroup var servers: ServerOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard partner != nil || (from == nil && to == nil) else {
      throw ValidationError("--from and --to are numbers of one partner: name it")
    }
    guard from ?? 0 >= 0, (0..<Int64.max).contains(to ?? 0) else {
      throw ValidationError("--from and --to are whole numbers from 0 to \(Int64.max - 1)")
    }
    if let from, let to, from > to { throw ValidationError("--from is above --to") }
    guard limit > 0 else { throw ValidationError("--limit must be above 0") }
  }

  func run() async throws {
    var connection = try servers.connectPostgres()
    let version = try Migrator.version(&connection)
    guard version >= Migrator.newest else {
      throw CommandFailure(
        .configuration, "\(LedgerError.schemaIsOlder(found: version, known: Migrator.newest))")
    }
    guard let partner else {
      let summaries = try SequenceReader.summaries(&connection)
      return Console.write(output.json ? GapsOutput.json(summaries) : GapsOutput.text(summaries, csv: output.csv))
    }
    guard
      let gaps = try SequenceReader.gaps(partner: partner, from: from, to: to, limit: limit, &connection)
    else {
      let known = try SequenceReader.partners(&connection)
      throw CommandFailure(
        .failure, "no catalogue ever named partner \"\(partner)\"" + Suggestion.tail(for: partner, among: known))
    }
    let answer = GapsOutput(partner: partner, from: from, to: to, found: gaps)
    Console.write(output.json ? answer.json() : output.csv ? answer.table().csv() : answer.text())
  }
}
