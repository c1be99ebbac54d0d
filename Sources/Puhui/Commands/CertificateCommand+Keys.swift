import ArgumentParser
import CarbonInclusion
import Certificates
import Ledger
import PostgresClient

extension CertificateCommand {
  struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "keys", abstract: "Print the public keyring: every key that was ever used.",
      discussion: "Example: puhui certificate keys > keyring.txt")

    @Flag(help: "Answer as JSON.") var json = false
    @OptionGroup var servers: ServerOptions

    func run() async throws {
      var connection = try CertificateCommand.connect(servers)
      let keys = try CertificateKeys.all(&connection).map {
        PublicKey(bytes: $0.publicKey, validFrom: $0.validFrom, retired: $0.retired)
      }
      Console.write(json ? CertificateCommand.json(keys).text + "\n" : Keyring(keys).fileText)
    }
  }

  static func json(_ keys: [PublicKey]) -> JSON {
    .array(
      keys.map {
        .object([
          ("key", .string($0.id)), ("public", .string(Base64.text($0.bytes))), ("from", .string("\($0.validFrom)")),
          ("retired", .optional($0.retired?.description)),
        ])
      })
  }

  struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "key", abstract: "Make and change signing keys.",
      discussion: """
        Without a file the ledger keeps the private key itself, made with the first certificate. Whoever wants it \
        elsewhere makes a file and names it by --signing-key or PUHUI_SIGNING_KEY.

        Examples:
          puhui certificate key new --out signing.key
          puhui certificate key rotate --signing-key signing.key
          puhui certificate key public signing.key > keyring.txt
        """, subcommands: [NewCommand.self, PublicCommand.self, RotateCommand.self])

    struct NewCommand: AsyncParsableCommand {
      static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Make a private key file, and print its public key.",
        discussion: "Example: puhui certificate key new --out signing.key")

      @Option(help: "The file to make, readable for its owner alone.") var out: String
      @Option(help: "The first day of its use; default is today in UTC.", transform: DayArgument.parse) var from: Day?

      func run() async throws {
        let key = SigningKey(validFrom: from ?? SystemDay.today)
        try KeyFiles.write(key, to: out)
        Console.write(Keyring([key.publicKey]).fileText)
      }
    }

    struct PublicCommand: AsyncParsableCommand {
      static let configuration = CommandConfiguration(
        commandName: "public", abstract: "Print the keyring of key files: private ones, and keyrings.",
        discussion: "Example: puhui certificate key public signing.key older.txt > keyring.txt")

      @Argument(help: "Private key files and keyrings; of a key in several, the first line stands.") var files: [String]

      func run() async throws {
        var keyring = Keyring([])
        for file in files {
          let text: String
          do throws(TextFile.Failure) {
            text = try TextFile.read(file)
          } catch {
            throw CommandFailure(.configuration, "\(file) cannot be read: \(error)")
          }
          let isPrivate = text.split(separator: "\n").contains { $0.hasPrefix("private:") }
          let found = isPrivate ? [try KeyFiles.signingKey(file).publicKey] : try KeyFiles.keyring(file).keys
          keyring.keys += found.filter { keyring[$0.id] == nil }
        }
        Console.write(keyring.fileText)
      }
    }

    struct RotateCommand: AsyncParsableCommand {
      static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Take a new signing key into use, and retire the old one.",
        discussion: """
          What the old one signed stays valid: give out the new keyring. The new key is the one that --signing-key \
          names; without it the ledger makes and keeps one.
          Example: puhui certificate key rotate; puhui certificate keys > keyring.txt
          """)

      @OptionGroup var signing: SigningKeyOption
      @Flag(help: "Say what would be done; change nothing.") var dryRun = false
      @OptionGroup var servers: ServerOptions

      func run() async throws {
        let file = try signing.key(servers)
        var connection = try CertificateCommand.connect(servers)
        let offset = try ProgrammeZone.offsetSeconds(&connection)
        let (old, new) = try CertificateCommand.inTransaction(&connection) { connection in
          let today = try CertificateKeys.today(utcOffsetSeconds: offset, &connection)
          let known = try CertificateKeys.all(&connection)
          let key = file ?? SigningKey(validFrom: today)
          try check(key, known, today)
          guard !dryRun else { return (known.first { $0.retired == nil }?.id, key.id) }
          let old = try CertificateKeys.retire(on: today, &connection)
          try CertificateKeys.use(key.entry, kept: file == nil ? key.bytes : nil, &connection)
          return (old, key.id)
        }
        let what = file == nil && dryRun ? "a new key, which the ledger keeps," : "key \(new)"
        Console.print(
          (dryRun ? "Would take \(what) into use" : "Key \(new) is in use")
            + (old.map { "; \($0) \(dryRun ? "would be" : "is") retired, and what it signed stays valid" } ?? "") + ".")
        if !dryRun { Console.print("Give out the new keyring: puhui certificate keys > keyring.txt") }
      }

      private func check(_ key: SigningKey, _ known: [CertificateKeys.Key], _ today: Day) throws {
        if let same = known.first(where: { $0.id == key.id }) {
          throw CommandFailure(
            .configuration,
            same.retired.map { "key \(key.id) was retired on \($0): make a new one with `puhui certificate key new`" }
              ?? "key \(key.id) is in use already")
        }
        guard key.publicKey.validFrom <= today else {
          throw CommandFailure(
            .configuration, "key \(key.id) is valid from \(key.publicKey.validFrom) on, and today is \(today)")
        }
      }
    }
  }
}
