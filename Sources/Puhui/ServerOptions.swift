import ArgumentParser
import Glibc
import Ledger
import PostgresClient
import RedisClient

/// Where the servers are: flag, then environment, then settings file, then default.
struct ServerOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Redis, as redis://HOST:PORT/DB or unix:///PATH.", valueName: "url"))
  var redis: String?

  @Option(help: ArgumentHelp("PostgreSQL, as postgresql://HOST/DATABASE.", valueName: "url"))
  var postgres: String?

  @Option(help: ArgumentHelp("A file of settings, `key: value` a line.", valueName: "file"))
  var config: String?

  @Option(help: .hidden)
  var keyPrefix: String?

  func settings() throws -> Settings { try Settings(file: config) }

  func redisURL() throws -> RedisURL {
    let text = try settings().value("redis_url", flag: redis) ?? "redis://127.0.0.1:6379/0"
    do {
      return try RedisURL(text)
    } catch {
      throw CommandFailure(.configuration, "the Redis URL is wrong: \(error)")
    }
  }

  func postgresURL() throws -> String { try settings().value("postgres_url", flag: postgres) ?? "postgresql:///puhui" }

  /// The prefix of every key; another one than `puhui:` is for tests that share a server.
  func prefix() throws -> String { try settings().value("key_prefix", flag: keyPrefix) ?? "puhui:" }

  /// A connection for a command that a person waits for.
  func connectPostgres(timeoutMs: Int = 120_000) throws -> PostgresConnection {
    do {
      return try PostgresConnection(
        url: try postgresURL(), applicationName: "puhui", statementTimeoutMs: timeoutMs)
    } catch let error as PostgresError {
      throw CommandFailure(.unavailable, "PostgreSQL is unavailable: \(error). Is --postgres right?")
    }
  }

  func connectRedis() throws -> RedisConnection {
    do {
      return try RedisConnection.open(try redisURL(), connectTimeoutMs: 3_000, commandTimeoutMs: 10_000, name: "puhui")
    } catch let error as RedisError {
      throw CommandFailure(.unavailable, "Redis is unavailable: \(error). Is --redis right?")
    }
  }
}

/// The settings file and the environment.
struct Settings {
  private static let known = [
    "redis_url", "postgres_url", "key_prefix", "lanes", "log_level", "evidence_key", "accept_data_loss",
    "signing_key",
  ]
  private var file: [String: String] = [:]

  /// - Parameter file: `nil` reads the one that `PUHUI_CONFIG` names, if any.
  init(file path: String?) throws {
    guard let path = path ?? Settings.environment("config") else { return }
    let text: String
    do {
      text = try TextFile.read(path)
    } catch {
      throw CommandFailure(.configuration, "the settings file \(path) cannot be read: \(error)")
    }
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let content = line.prefix { $0 != "#" }.trimmingSpaces()
      guard !content.isEmpty else { continue }
      let parts = content.split(separator: ":", maxSplits: 1).map { $0.trimmingSpaces() }
      guard parts.count == 2, Settings.known.contains(parts[0]) else {
        throw CommandFailure(
          .configuration,
          "\(path):\(number + 1): \"\(content)\" is no setting; known are \(Settings.known.joined(separator: ", "))")
      }
      file[parts[0]] = parts[1]
    }
  }

  func value(_ name: String, flag: String?) throws -> String? { flag ?? Settings.environment(name) ?? file[name] }

  func integer(_ name: String, flag: Int?, default standard: Int, in range: ClosedRange<Int>) throws -> Int {
    guard let text = try value(name, flag: flag.map(String.init)) else { return standard }
    guard let number = Int(text), range.contains(number) else {
      throw CommandFailure(
        .configuration,
        "\(name) is \"\(text)\"; it must be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func flag(_ name: String, flag: Bool) throws -> Bool {
    guard !flag, let text = try value(name, flag: nil) else { return flag }
    switch text {
    case "1", "true", "yes": return true
    case "0", "false", "no": return false
    default: throw CommandFailure(.configuration, "\(name) is \"\(text)\"; use 1 or 0")
    }
  }

  private static func environment(_ name: String) -> String? {
    guard let value = getenv("PUHUI_" + name.uppercased()) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }
}

extension StringProtocol {
  func trimmingSpaces() -> String {
    var text = Substring(self)
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
