import ArgumentParser
import CarbonInclusion
import CatalogueFile
import Ledger
import PostgresClient
import Queues
import RedisClient

/// `puhui audit`.
struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Check the books' invariants on the running system.",
    discussion: """
      Compares entries, accounts, keys, batches, totals, views and the positions of the lists with each other, and \
      prints what is wrong down to the entry, what it means and what to do. It changes nothing, stops nobody, and \
      never repairs. Give it a standby with --postgres to spare the primary.

      Exit code 0 if all hold, 1 if any does not, 69 if a server is away.

      Examples:
        puhui audit
        puhui audit --drained --json            # all lists are empty: judge that, too
        puhui audit --only legs,account-sums --limit 1000
      Checks: \(codes.joined(separator: ", "))
      """)

  private static let codes = (AuditCheck.all.map(\.topic) + QueueAudit.topics).map(\.code)

  @Option(help: ArgumentHelp("Print at most so many findings of a check.", valueName: "n")) var limit = 20
  @Flag(help: "Nothing is waiting: judge also what holds only then.") var drained = false
  @Option(help: ArgumentHelp("Only these checks, with commas.", valueName: "codes")) var only: String?
  @Flag(help: "Answer as JSON.") var json = false
  @OptionGroup var servers: ServerOptions

  func validate() throws {
    guard (1...100_000).contains(limit) else { throw ValidationError("--limit must be from 1 to 100000") }
    for code in wanted where !Self.codes.contains(code) {
      throw ValidationError("there is no check \"\(code)\"; there are \(Self.codes.joined(separator: ", "))")
    }
  }

  func run() async throws {
    // One statement reads a whole table at most: half an hour is far more than that takes.
    var postgres = try servers.connectPostgres(timeoutMs: 1_800_000)
    var redis = try servers.connectRedis()
    let report: AuditReport
    do {
      report = try audit(&redis, &postgres)
    } catch let error as LedgerError {
      throw CommandFailure(.configuration, "\(error)")
    } catch let error as RedisError {
      throw CommandFailure(.unavailable, "Redis: \(error)")
    } catch let error as PostgresError {
      throw failure(error)
    }
    Console.print(json ? report.json() : report.text())
    if report.findings > 0 { throw CommandFailure(.failure, "audit: \(report.summary)") }
  }

  private var wanted: Set<String> {
    only.map { Set($0.split(separator: ",").map(String.init)) } ?? Set(Self.codes)
  }

  private func audit(
    _ redis: inout RedisConnection, _ postgres: inout PostgresConnection
  ) throws -> AuditReport {
    let version = try Migrator.version(&postgres)
    guard version >= Migrator.newest else {
      throw LedgerError.schemaIsOlder(found: version, known: Migrator.newest)
    }
    let policy = try AuditPolicy.read(&postgres)
    var progress = Progress(of: "entries")
    var ledger = LedgerAudit(
      checks: AuditCheck.all.filter { wanted.contains($0.topic.code) },
      context: AuditContext(
        utcOffsetSeconds: Int32(policy.utcOffsetSeconds), factorEnds: policy.factorEnds, isDrained: drained,
        limit: limit))
    let booked = try ledger.run(&postgres) { share, entries in
      progress.show(Int64(share * Double(entries)), share: share)
    }
    let queues = QueueAudit(
      keys: Keys(prefix: try servers.prefix()), partners: policy.partners, administrators: policy.administrators,
      isDrained: drained, limit: limit)
    let results = booked + (try queues.run(wanted, &redis, &postgres))
    progress.clear()
    return AuditReport(results: results, entries: ledger.entries, milliseconds: Int64(progress.seconds * 1000))
  }

  private func failure(_ error: PostgresError) -> CommandFailure {
    if error.losesConnection || error.sqlState?.hasPrefix("57P") == true {
      return CommandFailure(.unavailable, "PostgreSQL went away: \(error). Nothing was judged: run it again")
    }
    return CommandFailure(.failure, "the audit could not be finished, nothing was judged: \(error)")
  }
}
