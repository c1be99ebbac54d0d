import ArgumentParser
import CarbonInclusion
import Certificates

extension CertificateCommand {
  struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "verify", abstract: "Check a certificate offline.",
      discussion: """
        Takes the JSON, the SVG, or the text that a phone reads out of the QR code. Exit 0: genuine, and not known to \
        be superseded or revoked. Exit 1: anything else.

        Examples:
          puhui certificate verify li.svg --key keyring.txt --status status.json
          zbarimg -q --raw photo.jpg | puhui certificate verify - --key keyring.txt
        """)

    @Argument(help: "JSON, SVG, or the text of a QR code; - is standard input.") var file: String
    @Option(help: ArgumentHelp("The public keyring, as `puhui certificate keys` prints it.", valueName: "file"))
    var key: String
    @Option(
      help: ArgumentHelp("What became of them, as `puhui certificate status --json` prints it.", valueName: "file"))
    var status: String?
    @Flag(help: "Answer as JSON.") var json = false

    func run() async throws {
      let keyring = try KeyFiles.keyring(key)
      let list = try status.map(KeyFiles.statusList)
      let text: String
      do throws(TextFile.Failure) {
        text = try TextFile.read(file)
      } catch {
        throw CommandFailure(.failure, "\(file) cannot be read: \(error)")
      }
      do throws(CertificateFault) {
        let shown = try CertificateVerifier.verify(Array(text.utf8), keyring)
        let verdict = Verdict(shown, list.map { CertificateVerifier.standing(of: shown, in: $0) }, list)
        Console.print(json ? verdict.json.text : verdict.text)
        if !verdict.isGood { Console.exit(CommandFailure.Code.failure.rawValue) }
      } catch {
        if json {
          Console.print(JSON.object([("genuine", .bool(false)), ("problem", .string("\(error)"))]).text)
          Console.exit(CommandFailure.Code.failure.rawValue)
        }
        throw CommandFailure(.failure, "\(file) is not genuine: \(error)")
      }
    }
  }
}

/// What is said of a genuine certificate.
private struct Verdict {
  let shown: CertificateVerifier.Genuine
  let standing: CertificateVerifier.Standing?
  let list: StatusList?

  init(
    _ shown: CertificateVerifier.Genuine, _ standing: CertificateVerifier.Standing?, _ list: StatusList?
  ) {
    (self.shown, self.standing, self.list) = (shown, standing, list)
  }

  var isGood: Bool {
    switch standing {
    case nil, .known(.issued), .newerThanList: true
    case .known, .missing: false
    }
  }

  private var statusWord: String {
    switch standing {
    case nil, .newerThanList: "unknown"
    case .known(let status): status.word
    case .missing: "missing"
    }
  }

  private var statusSentence: String {
    let day = list.map { "\($0.asOf)" } ?? ""
    return switch standing {
    case nil: "Whether it was superseded or revoked since cannot be known without --status."
    case .known(.issued): "In force on \(day)."
    case .known(.superseded(let by)): "SUPERSEDED by \(by): it was true when it was issued; ask for the newer one."
    case .known(.revoked(let reason)): "REVOKED: \(reason)."
    case .newerThanList: "Not older than the status list of \(day): whether it is in force is for a newer list to say."
    case .missing: "NOT IN THE LIST of \(day), although it is older: ask the issuer."
    }
  }

  var text: String {
    switch shown {
    case .certificate(let certificate):
      """
      \(certificate.serial) is genuine 签名有效: every byte is as it was issued.
      \(CertificateCommand.summary(certificate))
      Resident \(certificate.resident); issued on \(certificate.issued) by \(certificate.issuer.chinese) \
      \(certificate.issuer.english), key \(certificate.key)
      \(statusSentence)
      """
    case .code(let code):
      """
      The QR code of \(code.serial) is genuine 签名有效: \(Amounts.grams(code.reductionMilligrams)), \
      issued on \(code.issued), key \(code.key).
      Compare these with what is printed; the holder's name is not in the code.
      \(statusSentence)
      """
    }
  }

  var json: JSON {
    var fields: [(String, JSON)] = [("genuine", .bool(true)), ("serial", .string(shown.serial))]
    fields.append(("status", .string(statusWord)))
    if case .known(.superseded(let by)) = standing { fields.append(("superseded_by", .string(by))) }
    if case .known(.revoked(let reason)) = standing { fields.append(("reason", .string(reason))) }
    switch shown {
    case .certificate(let certificate):
      fields += [
        ("holder", .string(certificate.holder)), ("resident", .string(certificate.resident)),
        ("reduction_mg", .integer(certificate.reductionMilligrams)), ("actions", .integer(certificate.actions)),
        ("from", .string("\(certificate.from)")), ("to", .string("\(certificate.to)")),
        ("issued", .string("\(certificate.issued)")), ("key", .string(certificate.key)),
      ]
    case .code(let code):
      fields += [
        ("reduction_mg", .integer(code.reductionMilligrams)), ("issued", .string("\(code.issued)")),
        ("key", .string(code.key)),
      ]
    }
    return .object(fields)
  }
}
