import ArgumentParser
import CarbonInclusion
import Ledger
import PostgresClient

extension Report.Dimension: ExpressibleByArgument {}

/// `puhui report`.
struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Totals for the government or an enterprise.",
    discussion: """
      Examples:
        puhui report --by category
        puhui report --partner meituan-bike --by month --csv
        puhui report --by region --from 2022-11-01 --to 2022-11-30 --json
      """)

  @Option(help: "day, month, category, behaviour, partner or region.") var by: Report.Dimension = .partner
  @Option(help: "Only this partner's activities.") var partner: String?
  @Option(help: "First day of occurrence, as 2022-11-01.", transform: DayArgument.parse) var from: Day?
  @Option(help: "Last day of occurrence.", transform: DayArgument.parse) var to: Day?
  @OptionGroup var servers: ServerOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    var connection = try servers.connectPostgres(timeoutMs: 600_000)
    let programme = try ProgrammeZone.programme(&connection)
    let report = try ReportReader.read(
      by: by, filter: .init(partner: partner, from: from, to: to), timeZone: offsetName(programme), &connection)
    if output.json {
      Console.print(
        JSON.object([
          ("by", .string(by.rawValue)), ("partner", .optional(partner)), ("lines", .array(report.lines.map(json))),
          ("total", json(report.total)),
        ]).text)
    } else if output.csv {
      Console.write(table(report, forPrograms: true).csv())
    } else {
      Console.print(table(report, forPrograms: false).text())
    }
  }

  /// PostgreSQL knows the IANA names, but a fixed offset such as UTC+08:00 it would read with the sign turned around.
  private func offsetName(_ programme: Catalogue.Programme) -> String {
    guard programme.timeZone.hasPrefix("UTC"), programme.utcOffsetSeconds != 0 else { return programme.timeZone }
    let minutes = programme.utcOffsetSeconds.magnitude / 60
    return "<>\(programme.utcOffsetSeconds < 0 ? "" : "-")\(minutes / 60):\(minutes % 60)"
  }

  private func table(_ report: Report, forPrograms: Bool) -> Table {
    var table = Table([
      .init(title: by.rawValue), .init(title: "name"), .init(title: "residents", isNumber: true),
      .init(title: "actions", isNumber: true),
      .init(title: forPrograms ? "reduction_mg" : "grams", isNumber: true),
      .init(title: "tonnes", isNumber: true), .init(title: "points", isNumber: true),
    ])
    let lines = forPrograms ? report.lines : report.lines + [report.total]
    table.rows = lines.map { line in
      [
        line.key, line.name ?? "", number(line.residents, forPrograms), number(line.actions, forPrograms),
        forPrograms ? "\(line.reductionMilligrams)" : Amounts.grams(line.reductionMilligrams),
        Amounts.tonnes(line.reductionMilligrams), number(line.points, forPrograms),
      ]
    }
    return table
  }

  private func number(_ value: Int64, _ forPrograms: Bool) -> String {
    forPrograms ? String(value) : Amounts.count(value)
  }

  private func json(_ line: Report.Line) -> JSON {
    .object([
      ("key", .string(line.key)), ("name", .optional(line.name)), ("residents", .integer(line.residents)),
      ("actions", .integer(line.actions)), ("reduction_mg", .integer(line.reductionMilligrams)),
      ("points", .integer(line.points)),
    ])
  }
}
