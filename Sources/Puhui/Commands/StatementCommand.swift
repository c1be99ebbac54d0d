import ArgumentParser
import CarbonInclusion
import Ledger
import PostgresClient

/// `puhui statement RESIDENT`.
struct StatementCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "statement", abstract: "A resident's personal carbon ledger.",
    discussion: """
      With what was not credited and why.
      Examples:
        puhui statement r-1
        puhui statement r-1 --from 2022-11-01 --to 2022-11-30 --csv
      """)

  @Argument(help: "The pseudonymous resident id.") var resident: String
  @Option(help: "First day shown, as 2022-11-01.", transform: DayArgument.parse) var from: Day?
  @Option(help: "Last day shown.", transform: DayArgument.parse) var to: Day?
  @OptionGroup var servers: ServerOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    var connection = try servers.connectPostgres()
    let offset = try ProgrammeZone.offsetSeconds(&connection)
    let statement = try StatementReader.read(
      resident: resident, from: from?.start(utcOffsetSeconds: offset),
      to: to?.adding(days: 1).start(utcOffsetSeconds: offset), &connection)
    guard statement.account != nil || !statement.uncredited.isEmpty else {
      throw CommandFailure(.failure, "nothing is known of resident \"\(resident)\"")
    }
    if output.json {
      Console.print(json(statement).text)
    } else if output.csv {
      Console.write(lines(statement, offset: offset, forPrograms: true).csv())
    } else {
      Console.print(text(statement, offset: offset))
    }
  }

  private func text(_ statement: Statement, offset: Int) -> String {
    var parts = ["Personal carbon ledger 个人碳账本 of \(resident)"]
    if let account = statement.account {
      parts.append(
        "\(Amounts.grams(account.reductionMilligrams)) in \(Amounts.count(account.actions)) actions · "
          + "\(Amounts.count(account.pointsAvailable)) points available"
          + (account.pointsHeld > 0 ? ", \(Amounts.count(account.pointsHeld)) held" : "")
          + (account.pointsDebt > 0 ? ", \(Amounts.count(account.pointsDebt)) owed" : "")
          + (account.titleName.map { " · title \($0)" } ?? ""))
      parts.append("\n" + lines(statement, offset: offset, forPrograms: false).text())
    }
    if !statement.uncredited.isEmpty {
      parts.append("\nNot credited 未计入\n" + uncredited(statement, offset: offset).text())
    }
    return parts.joined(separator: "\n")
  }

  private func lines(_ statement: Statement, offset: Int, forPrograms: Bool) -> Table {
    var table = Table([
      .init(title: "when"), .init(title: "behaviour"), .init(title: "partner"),
      .init(title: "quantity", isNumber: true),
      .init(title: forPrograms ? "reduction_mg" : "reduction", isNumber: true), .init(title: "points", isNumber: true),
      .init(title: forPrograms ? "running_mg" : "so far", isNumber: true),
      .init(title: forPrograms ? "running_points" : "points so far", isNumber: true), .init(title: "note"),
    ])
    table.rows = statement.lines.map { line in
      [
        line.occurredAt.formatted(utcOffsetSeconds: offset),
        (forPrograms ? line.activity?.behaviour : line.activity?.behaviourName) ?? line.kind,
        (forPrograms ? line.activity?.partner : line.activity?.partnerName) ?? "",
        line.activity.map { forPrograms ? "\($0.creditedQuantity)" : "\($0.creditedQuantity) \($0.unit)" } ?? "",
        forPrograms ? "\(line.reductionMilligrams)" : Amounts.grams(line.reductionMilligrams), "\(line.points)",
        forPrograms ? "\(line.runningMilligrams)" : Amounts.grams(line.runningMilligrams), "\(line.runningPoints)",
        note(line),
      ]
    }
    return table
  }

  /// What is unusual about a line.
  private func note(_ line: Statement.Line) -> String {
    guard let activity = line.activity else { return accountNote(line) }
    return switch line.kind {
    case "reversal": "taken back"
    case "upgrade": "credited later"
    default:
      activity.outcome == "capped" ? "\(activity.quantity) \(activity.unit) reported, limit \(line.reason ?? "")" : ""
    }
  }

  private func accountNote(_ line: Statement.Line) -> String {
    let why = line.reason.map { ": \($0)" } ?? ""
    let job = line.jobID.map { " \($0)" } ?? ""
    return switch line.kind {
    case "hold": "held for redemption\(job)"
    case "capture": "spent by redemption\(job)"
    case "release": "given back by redemption\(job)\(why)"
    case "expiry": "expired"
    case "title": "\(line.reason ?? "changed") to \(line.title ?? "the lowest title")"
    default: "job\(job)\(why)"
    }
  }

  private func uncredited(_ statement: Statement, offset: Int) -> Table {
    var table = Table(["when", "partner", "id", "outcome", "reason", "detail"].map { .init(title: $0) })
    table.rows = statement.uncredited.map { item in
      [
        item.at.formatted(utcOffsetSeconds: offset), item.partner, item.activityID ?? "", item.outcome,
        item.reason ?? "", item.detail ?? "",
      ]
    }
    return table
  }

  private func json(_ statement: Statement) -> JSON {
    .object([
      ("resident", .string(resident)), ("account", statement.account.map(json) ?? .null),
      ("entries", .array(statement.lines.map(json))), ("not_credited", .array(statement.uncredited.map(json))),
    ])
  }

  private func json(_ account: Statement.Account) -> JSON {
    .object([
      ("actions", .integer(account.actions)), ("reduction_mg", .integer(account.reductionMilligrams)),
      ("points_available", .integer(account.pointsAvailable)), ("points_held", .integer(account.pointsHeld)),
      ("points_debt", .integer(account.pointsDebt)), ("title", .optional(account.title)),
    ])
  }

  private func json(_ line: Statement.Line) -> JSON {
    .object([
      ("entry_id", .integer(line.entryID)), ("kind", .string(line.kind)),
      ("outcome", .optional(line.activity?.outcome)), ("reason", .optional(line.reason)),
      ("partner", .optional(line.activity?.partner)), ("activity_id", .optional(line.activity?.id)),
      ("behaviour", .optional(line.activity?.behaviour)),
      ("quantity", line.activity.map { .decimal($0.quantity.description) } ?? .null),
      ("credited_quantity", line.activity.map { .decimal($0.creditedQuantity.description) } ?? .null),
      ("unit", .optional(line.activity?.unit)),
      ("reduction_mg", .integer(line.reductionMilligrams)), ("points", .integer(line.points)),
      ("points_held", .integer(line.pointsHeld)), ("job_id", .optional(line.jobID)), ("title", .optional(line.title)),
      ("running_mg", .integer(line.runningMilligrams)), ("running_points", .integer(line.runningPoints)),
      ("factor_version", .optional(line.activity?.factorVersion)),
      ("occurred_at", .string(line.occurredAt.formatted(utcOffsetSeconds: 0))),
      ("booked_at", .string(line.bookedAt.formatted(utcOffsetSeconds: 0))),
    ])
  }

  private func json(_ item: Statement.Uncredited) -> JSON {
    .object([
      ("partner", .string(item.partner)), ("activity_id", .optional(item.activityID)),
      ("outcome", .string(item.outcome)), ("reason", .optional(item.reason)), ("detail", .optional(item.detail)),
      ("at", .string(item.at.formatted(utcOffsetSeconds: 0))),
    ])
  }
}
