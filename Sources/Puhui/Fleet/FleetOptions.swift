import ArgumentParser
import Certificates
import Logging

/// The options of the worker commands.
struct FleetOptions: ParsableArguments {
  @OptionGroup var servers: ServerOptions

  @Option(help: ArgumentHelp("Lanes of each role: threads with connections of their own.", valueName: "n"))
  var lanes: Int?

  @Option(help: "trace, debug, info, notice, warning or error.")
  var logLevel: String?

  @Flag(help: "Run on servers that can lose what they have acknowledged.")
  var acceptDataLoss = false

  func acceptsDataLoss() throws -> Bool {
    try servers.settings().flag("accept_data_loss", flag: acceptDataLoss)
  }

  func laneCount() throws -> Int {
    try servers.settings().integer("lanes", flag: lanes, default: 2, in: 1...64)
  }

  func logger() throws -> Logger {
    let text = try servers.settings().value("log_level", flag: logLevel) ?? "notice"
    guard let level = Logger.Level(rawValue: text) else {
      throw CommandFailure(.configuration, "log_level is \"\(text)\"; use trace, debug, info, notice, warning or error")
    }
    LoggingSystem.bootstrap(StreamLogHandler.standardError)
    var logger = Logger(label: "puhui")
    logger.logLevel = level
    return logger
  }

  /// The private key that certificates are signed with; `nil` where the ledger keeps it.
  func signingKey() throws -> SigningKey? {
    try servers.settings().value("signing_key", flag: nil).map(KeyFiles.signingKey)
  }

  /// The key of the evidence hash as hexadecimal digits, where it is not to lie in the database.
  func evidenceKey() throws -> [UInt8]? {
    guard let text = try servers.settings().value("evidence_key", flag: nil) else { return nil }
    let digits = Array(text)
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count - 1, by: 2) {
      guard let byte = UInt8(String(digits[index...(index + 1)]), radix: 16) else { break }
      bytes.append(byte)
    }
    guard digits.count.isMultiple(of: 2), bytes.count * 2 == digits.count, bytes.count >= 16 else {
      throw CommandFailure(.configuration, "evidence_key must be at least 32 hexadecimal digits")
    }
    return bytes
  }
}
