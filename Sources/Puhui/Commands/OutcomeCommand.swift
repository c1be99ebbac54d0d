import ArgumentParser
import CarbonInclusion
import Lanes
import Ledger
import PostgresClient

/// `puhui outcome PARTNER ID`.
struct OutcomeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "outcome", abstract: "How a message ended.",
    discussion: "Examples: puhui outcome meituan-bike mt-1; puhui outcome meituan-bike mt-1 --wait 10 --json")

  @Argument(help: "The partner's code.") var partner: String
  @Argument(help: "The id that the partner gave the activity.") var id: String
  @Option(help: "Wait for so many seconds until there is an outcome.") var wait: Int = 0
  @OptionGroup var servers: ServerOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    var connection = try servers.connectPostgres()
    let deadline = monotonicMilliseconds() + Int64(wait) * 1000
    var records = try OutcomeReader.read(partner: partner, activityID: id, &connection)
    while records.isEmpty && monotonicMilliseconds() < deadline {
      _ = StopSignal().wait(milliseconds: 20)
      records = try OutcomeReader.read(partner: partner, activityID: id, &connection)
    }
    guard !records.isEmpty else {
      throw CommandFailure(
        .failure,
        "no outcome of \"\(id)\" from \(partner): still in its list, or never pushed (`puhui status` shows lists)")
    }
    show(records)
  }

  private func show(_ records: [OutcomeRecord]) {
    if output.json {
      Console.print(JSON.array(records.map(json)).text)
    } else if output.csv {
      Console.write(table(records).csv())
    } else {
      for record in records { Console.print(sentence(record)) }
    }
  }

  private func sentence(_ record: OutcomeRecord) -> String {
    var text = "\(record.partner) \(record.activityID ?? "?"): \(record.outcome)"
    if let milligrams = record.reductionMilligrams { text += ", \(Amounts.grams(milligrams))" }
    if let points = record.points { text += ", \(Amounts.count(points)) points" }
    if let factor = record.factorVersion { text += ", factor \(factor)" }
    if let reason = record.reason { text += ", \(reason)" }
    if let detail = record.detail { text += ": \(detail)" }
    return text
  }

  private func json(_ record: OutcomeRecord) -> JSON {
    .object([
      ("partner", .string(record.partner)), ("activity_id", .optional(record.activityID)),
      ("resident", .optional(record.resident)), ("outcome", .string(record.outcome)),
      ("reason", .optional(record.reason)), ("detail", .optional(record.detail)),
      ("other_partner", .optional(record.otherPartner)), ("other_activity_id", .optional(record.otherActivityID)),
      ("recorded_at", .string(record.recordedAt.formatted(utcOffsetSeconds: 0))),
      ("reduction_mg", .optional(record.reductionMilligrams)), ("points", .optional(record.points)),
      ("factor_version", .optional(record.factorVersion)),
    ])
  }

  private func table(_ records: [OutcomeRecord]) -> Table {
    var table = Table(
      ["partner", "activity_id", "resident", "outcome", "reason", "detail", "reduction_mg", "points", "factor_version"]
        .map { .init(title: $0) })
    table.rows = records.map { record in
      [
        record.partner, record.activityID ?? "", record.resident ?? "", record.outcome, record.reason ?? "",
        record.detail ?? "", record.reductionMilligrams.map(String.init) ?? "", record.points.map(String.init) ?? "",
        record.factorVersion ?? "",
      ]
    }
    return table
  }
}
