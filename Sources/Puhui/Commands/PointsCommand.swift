import ArgumentParser
import CarbonInclusion
import Ledger
import Messages

/// `puhui points`.
struct PointsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "points", abstract: "Points that expire, and those that have.",
    discussion: "Example: puhui points expiring --days 30",
    subcommands: [Expiring.self, Expire.self], defaultSubcommand: Expiring.self)

  /// `puhui points expiring`.
  struct Expiring: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Whose points expire soon, and when.",
      discussion: "Example: puhui points expiring --days 30 --csv > notices.csv")

    @Option(help: ArgumentHelp("How many days ahead.", valueName: "n")) var days: Int32 = 30
    @Option(help: ArgumentHelp("One resident alone.", valueName: "id")) var resident: String?
    @Option(help: ArgumentHelp("The most lines.", valueName: "n")) var limit: Int64 = 100_000
    @OptionGroup var servers: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
      guard (0...3_660).contains(days) else { throw ValidationError("--days must be from 0 to 3660") }
      guard (1...10_000_000).contains(limit) else { throw ValidationError("--limit must be from 1 to 10000000") }
    }

    func run() async throws {
      var connection = try servers.connectPostgres()
      let offset = try ProgrammeZone.offsetSeconds(&connection)
      let lots = try ExpiringPoints.read(
        within: days, utcOffsetSeconds: offset, resident: resident, limit: limit, &connection)
      Console.write(output.json ? json(lots) : output.csv ? table(lots).csv() : text(lots))
    }

    private func text(_ lots: [ExpiringPoints]) -> String {
      guard !lots.isEmpty else { return "No points expire within \(days) days.\n" }
      let points = lots.reduce(0) { $0 + $1.points }
      return table(lots).text() + "\n\(Amounts.count(points)) points expire within \(days) days.\n"
    }

    private func table(_ lots: [ExpiringPoints]) -> Table {
      var table = Table([
        .init(title: "last day"), .init(title: "resident"), .init(title: "points", isNumber: true),
      ])
      table.rows = lots.map { ["\($0.expiresOn)", $0.resident, "\($0.points)"] }
      return table
    }

    private func json(_ lots: [ExpiringPoints]) -> String {
      JSON.array(
        lots.map { lot in
          .object([
            ("expires_on", .string("\(lot.expiresOn)")), ("resident", .string(lot.resident)),
            ("points", .integer(lot.points)),
          ])
        }
      ).text + "\n"
    }
  }

  /// `puhui points expire`.
  struct Expire: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Expire now what ended before today.",
      discussion: """
        The rewards worker does this by itself, every day. Running it again, or beside a worker, does no harm: what \
        has expired is gone from its account.

        Examples:
          puhui points expire --dry-run        # how much it would be
          puhui points expire
        """)

    @Flag(help: "Only say how much it would be.") var dryRun = false
    @Option(help: ArgumentHelp("Accounts of one transaction.", valueName: "n")) var page: Int64 = 1_000
    @Flag(help: "Answer as JSON.") var json = false
    @OptionGroup var servers: ServerOptions

    func validate() throws {
      guard (1...100_000).contains(page) else { throw ValidationError("--page must be from 1 to 100000") }
    }

    func run() async throws {
      var connection = try servers.connectPostgres(timeoutMs: 600_000)
      let offset = try ProgrammeZone.offsetSeconds(&connection)
      let ended = try ExpiringPoints.ended(utcOffsetSeconds: offset, &connection)
      if dryRun { return say(accounts: ended.accounts, points: ended.points, "would expire") }
      var progress = Progress(of: "accounts")
      var done = PointsExpiry.Progress()
      while !done.isFinished {
        let page = try PointsExpiry.page(
          utcOffsetSeconds: offset, shards: Int16(ShardMap.count), pageSize: page, &connection)
        done.accounts += page.accounts
        done.points += page.points
        done.isFinished = page.isFinished
        // A worker is at the last pages.
        if page.accounts == 0, !page.isFinished { _ = Interruption.wait(milliseconds: 10) }
        progress.show(Int64(done.accounts), share: Double(done.accounts) / Double(max(1, ended.accounts)))
      }
      progress.clear()
      say(accounts: done.accounts, points: done.points, "expired")
    }

    private func say(accounts: Int, points: Int64, _ what: String) {
      guard json else {
        return Console.print("\(Amounts.count(points)) points of \(Amounts.count(Int64(accounts))) residents \(what).")
      }
      Console.print(
        JSON.object([
          ("accounts", .integer(Int64(accounts))), ("points", .integer(points)), ("dry_run", .bool(dryRun)),
        ]).text)
    }
  }
}
