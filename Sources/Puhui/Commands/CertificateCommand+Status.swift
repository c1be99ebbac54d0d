import ArgumentParser
import CarbonInclusion
import Certificates
import Ledger
import PostgresClient

extension CertificateCommand {
  struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "status", abstract: "What became of the certificates that were issued.",
      discussion: """
        As JSON it is the list for `puhui certificate verify --status`; it names serials and no residents.
        Examples:
          puhui certificate status --resident r-1
          puhui certificate status --json > status.json
        """)

    @Option(help: "Only certificates of this resident.") var resident: String?
    @Flag(help: "Answer as JSON: the status list of all.") var json = false
    @OptionGroup var servers: ServerOptions

    func validate() throws {
      if json && resident != nil {
        throw ValidationError("--json is the list of all certificates: leave out --resident")
      }
    }

    func run() async throws {
      var connection = try CertificateCommand.connect(servers)
      let offset = try ProgrammeZone.offsetSeconds(&connection)
      let (today, certificates) = try CertificateStore.list(
        resident: resident, utcOffsetSeconds: offset, &connection)
      if json {
        let pairs = certificates.map { ($0.serial, $0.standing) }
        Console.print(StatusList(asOf: today, statuses: Dictionary(pairs) { first, _ in first }).json)
        return
      }
      guard !certificates.isEmpty else {
        Console.print("No certificate was issued\(resident.map { " to \"\($0)\"" } ?? "") yet.")
        return
      }
      var table = Table(["serial", "resident", "issued", "status", "note"].map { .init(title: $0) })
      table.rows = certificates.map {
        [
          $0.serial, $0.resident, $0.issuedAt.formatted(utcOffsetSeconds: offset), $0.status,
          $0.revokedReason ?? $0.supersededBy.map { "by \($0)" } ?? "",
        ]
      }
      Console.print(table.text())
    }
  }

  struct RevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "revoke", abstract: "Take a certificate back.",
      discussion: """
        Whoever checks it with a newer status list is told so, with the reason. It cannot be undone: issue a new one.
        Example: puhui certificate revoke SX-2026-000123 --reason "issued to the wrong person"
        """)

    @Argument(help: "Its serial.") var serial: String
    @Option(help: "Why; it stands in the status list, for everybody.") var reason: String
    @Option(help: "Who revokes it; default is the system's user name.") var by: String?
    @Flag(help: "Say what would be done; change nothing.") var dryRun = false
    @OptionGroup var servers: ServerOptions

    func validate() throws {
      guard !reason.allSatisfy(\.isWhitespace), reason.utf8.count <= 500 else {
        throw ValidationError("--reason must say something, in at most 500 bytes")
      }
    }

    func run() async throws {
      var connection = try CertificateCommand.connect(servers)
      guard let stored = try CertificateStore.find(serial: serial, &connection) else {
        throw CommandFailure(.failure, "no certificate has the serial \"\(serial)\": see `puhui certificate status`")
      }
      guard stored.status != "revoked" else {
        Console.print("\(serial) was revoked before (\(stored.revokedReason ?? "")); nothing to do.")
        return
      }
      guard !dryRun else {
        Console.print("\(serial), \(stored.status), would be revoked. Nothing was changed.")
        return
      }
      let by = by ?? SystemUser.name
      _ = try CertificateStore.revoke(serial: serial, reason: reason, by: by, &connection)
      Console.print("\(serial) is revoked. Give out the new list: puhui certificate status --json > status.json")
    }
  }
}

extension CertificateStore.Stored {
  /// As those who check are told.
  fileprivate var standing: CertificateStatus {
    switch (status, supersededBy) {
    case ("issued", _): .issued
    case ("superseded", let serial?): .superseded(by: serial)
    default: .revoked(reason: revokedReason ?? "")
    }
  }
}
