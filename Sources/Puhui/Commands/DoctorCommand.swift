import ArgumentParser
import Ledger
import PostgresClient

/// `puhui doctor`.
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Check servers and fleet; say what to do.",
    discussion: """
      Durability, memory, disk, clocks, permissions, schema, leases, progress, servers that went back in time.
      Exit code 0: no problem; 1: a problem; 69: a server is away, the rest was checked.
      Examples:
        puhui doctor
        puhui doctor --json
        puhui doctor --resolve 3 --dry-run     # an incident that partners have been told about
      """)

  @Flag(help: "Answer as JSON.") var json = false
  @Option(help: ArgumentHelp("How long to watch lists that wait, for progress.", valueName: "seconds")) var watch = 3
  @Option(help: ArgumentHelp("Mark an incident as resolved.", valueName: "incident")) var resolve: Int64?
  @Flag(help: "With --resolve: only say what would be done.") var dryRun = false
  @Option(help: "With --resolve: who does it; default is the system's user name.") var by: String?
  @OptionGroup var servers: ServerOptions

  func validate() throws {
    guard (1...600).contains(watch) else { throw ValidationError("--watch must be from 1 to 600 seconds") }
    guard resolve != nil || !dryRun && by == nil else {
      throw ValidationError("--dry-run and --by belong to --resolve")
    }
  }

  func run() async throws {
    if let resolve {
      try resolveIncident(resolve)
      return
    }
    var doctor = try Doctor(servers: servers, seconds: watch)
    try doctor.examineAll()
    let report = DoctorReport(diagnoses: doctor.diagnoses, incidents: doctor.incidents)
    Console.print(json ? report.json() : report.text())
    guard report.problems == 0 else {
      throw CommandFailure(
        doctor.isServerAway ? .unavailable : .failure,
        report.problems == 1 ? "there is a problem" : "there are \(report.problems) problems")
    }
  }

  private func resolveIncident(_ number: Int64) throws {
    var connection = try servers.connectPostgres()
    do {
      guard let incident = try IncidentStore.find(number, &connection) else {
        throw CommandFailure(.failure, "there is no incident \(number): `puhui doctor` lists those that are open")
      }
      guard incident.resolvedAt == nil else {
        say(incident, isChanged: false, "Incident \(number) was resolved before; nothing to do.")
        return
      }
      if dryRun {
        say(incident, isChanged: false, "Would resolve incident \(number): \(IncidentText.sentence(incident))")
      } else {
        let isChanged = try IncidentStore.resolve(number, by: by ?? SystemUser.name, &connection)
        say(incident, isChanged: isChanged, "Resolved incident \(number): \(IncidentText.sentence(incident))")
      }
    } catch let error as PostgresError where error.isUndefinedObject {
      throw CommandFailure(.configuration, "the schema is not of this version: run `puhui migrate`")
    }
  }

  private func say(_ incident: Incident, isChanged: Bool, _ sentence: String) {
    guard json else { return Console.print(sentence) }
    Console.print(JSON.object([("resolved", .bool(isChanged)), ("incident", IncidentText.json(incident))]).text)
  }
}
