import ArgumentParser
import Certificates

/// Which private key signs.
struct SigningKeyOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A private key file; without it, and PUHUI_SIGNING_KEY, the ledger keeps the key.", valueName: "file"))
  var signingKey: String?

  /// - Returns: `nil` where the ledger keeps it.
  func key(_ servers: ServerOptions) throws -> SigningKey? {
    try servers.settings().value("signing_key", flag: signingKey).map(KeyFiles.signingKey)
  }
}
