import ArgumentParser
import CarbonInclusion
import Certificates
import Ledger
import PostgresClient

/// `puhui certificate RESIDENT`, and everything about certificates.
struct CertificateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "certificate", abstract: "Issue, check and revoke signed certificates (减排证书).",
    discussion: """
      A certificate says what a resident has avoided, as a picture (SVG, with a QR code) and as JSON. Both are signed; \
      anybody can check them offline with the public keyring, and any changed byte is found.

      Examples:
        puhui certificate r-1 --name 李晋 --out li.svg --json --pdf
        puhui certificate keys > keyring.txt; puhui certificate status --json > status.json
        puhui certificate verify li.svg --key keyring.txt --status status.json
        puhui certificate revoke SX-2026-000123 --reason "issued to the wrong person"
      """,
    subcommands: [
      IssueCommand.self, ShowCommand.self, VerifyCommand.self, StatusCommand.self, RevokeCommand.self,
      KeysCommand.self, KeyCommand.self,
    ], defaultSubcommand: IssueCommand.self)

  /// A connection to a database that knows certificates.
  static func connect(_ servers: ServerOptions) throws -> PostgresConnection { try DeadCommand.connect(servers) }

  /// Runs in a transaction; what a job would be refused for becomes the command's failure.
  static func inTransaction<Value>(
    _ connection: inout PostgresConnection, _ body: (inout PostgresConnection) throws -> Value
  ) throws -> Value {
    do {
      try connection.begin()
      let value = try body(&connection)
      try connection.commit()
      return value
    } catch let error as JobError {
      connection.rollback()
      throw failure(error)
    } catch {
      connection.rollback()
      throw error
    }
  }

  static func failure(_ error: JobError) -> CommandFailure {
    CommandFailure(error.code == .noSigningKey ? .configuration : .failure, error.message)
  }

  /// One line that says what a certificate says.
  static func summary(_ certificate: Certificate) -> String {
    "\(certificate.holder): \(Amounts.grams(certificate.reductionMilligrams)) in \(Amounts.count(certificate.actions)) "
      + "activities, \(certificate.from) to \(certificate.to), "
      + "\(certificate.title.chinese) \(certificate.title.english)"
  }
}

extension CertificateCommand {
  struct IssueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "issue", abstract: "Issue a resident's certificate; the word `issue` may be left out.",
      discussion: """
        It takes the next number, and the place of the resident's previous certificate, which is superseded.

        Examples:
          puhui certificate r-1
          puhui certificate issue r-1 --name 李晋 --out li.svg --json --png --pdf
          puhui certificate r-1 --dry-run
        """)

    @Argument(help: "The pseudonymous resident id.") var resident: String
    @Option(help: "What to call the holder, up to 64 characters; default is the pseudonymous id.") var name: String?
    @OptionGroup var files: CertificateFiles
    @Flag(help: "Say what would be certified; issue nothing.") var dryRun = false
    @OptionGroup var signing: SigningKeyOption
    @OptionGroup var servers: ServerOptions

    func validate() throws {
      if let problem = name.flatMap(HolderName.problem) { throw ValidationError("the name \(problem)") }
    }

    func run() async throws {
      try files.check()
      let key = try signing.key(servers)
      var connection = try CertificateCommand.connect(servers)
      let issuer = CertificateIssuer(programme: try ProgrammeZone.programme(&connection), key: key)
      if dryRun { return try preview(issuer, &connection) }
      let issued = try CertificateCommand.inTransaction(&connection) { connection in
        try issuer.issue(resident: resident, name: name, &connection)
      }
      let serial = issued.signed.certificate.serial
      do {
        let written = try files.write(issued.signed)
        guard !written.isEmpty else { return }
        Console.print("Issued \(serial) to \(CertificateCommand.summary(issued.signed.certificate)).")
        if let superseded = issued.superseded { Console.print("It takes the place of \(superseded).") }
        Console.print("Written: \(written.joined(separator: ", "))")
      } catch let failure as CommandFailure {
        throw CommandFailure(
          failure.code, "\(failure.message); \(serial) was issued, `puhui certificate show \(serial)` writes it again")
      }
    }

    private func preview(_ issuer: CertificateIssuer, _ connection: inout PostgresConnection) throws {
      let facts = try CertificateCommand.inTransaction(&connection) { connection in
        try CertificateStore.facts(
          resident: resident, utcOffsetSeconds: issuer.programme.utcOffsetSeconds, &connection)
      }
      let certificate = issuer.certificate(facts, serial: "", name: name)
      Console.print("Would be certified for \(CertificateCommand.summary(certificate)). Nothing was issued.")
    }
  }

  struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Write a certificate again that was issued before.",
      discussion: "Examples: puhui certificate show SX-2026-000123 --pdf; puhui certificate show SX-2026-000123 --out -"
    )

    @Argument(help: "Its serial.") var serial: String
    @OptionGroup var files: CertificateFiles
    @OptionGroup var servers: ServerOptions

    func run() async throws {
      try files.check()
      var connection = try CertificateCommand.connect(servers)
      guard let stored = try CertificateStore.find(serial: serial, &connection) else {
        throw CommandFailure(.failure, "no certificate has the serial \"\(serial)\": see `puhui certificate status`")
      }
      guard let document = stored.document else {
        throw CommandFailure(.failure, "\(serial) was withdrawn, and what it said was erased")
      }
      let signed: SignedCertificate
      do throws(CertificateFault) {
        signed = try SignedCertificate(json: Array(document.utf8))
      } catch {
        throw CommandFailure(.failure, "the ledger's copy of \(serial) is damaged: \(error)")
      }
      let written = try files.write(signed)
      guard !written.isEmpty else { return }
      Console.print("\(serial), \(stored.status): \(CertificateCommand.summary(signed.certificate)).")
      Console.print("Written: \(written.joined(separator: ", "))")
    }
  }
}
