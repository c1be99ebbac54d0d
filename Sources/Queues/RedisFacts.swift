package import RedisClient

/// What a Redis server says of itself: `INFO`, and the settings that decide what it may lose.
package struct RedisFacts: Sendable {
  /// The lines of `INFO`, by name.
  package let info: [String: String]

  /// The settings that were asked for; `nil` where the user may not ask (`CONFIG GET` refused or renamed).
  package let config: [String: String]?

  /// Why the settings cannot be seen.
  package let configRefusal: String?

  package init(info: [String: String], config: [String: String]?, configRefusal: String? = nil) {
    self.info = info
    self.config = config
    self.configRefusal = configRefusal
  }

  private static let settings = ["appendonly", "appendfsync", "maxmemory-policy", "no-appendfsync-on-rewrite"]

  /// Asks a server, which may still be reading its files.
  ///
  /// - Throws: `RedisError`; being refused the settings is no error.
  package static func read(_ connection: inout RedisConnection) throws(RedisError) -> RedisFacts {
    let info = parse(info: try connection.command(["INFO"]).string ?? "")
    do throws(RedisError) {
      let config = try connection.pipeline { connection throws(RedisError) in
        for setting in settings { try connection.append(["CONFIG", "GET", .string(setting)]) }
        var config: [String: String] = [:]
        for setting in settings {
          let reply = try connection.reply()
          if reply.count == 2 { config[setting] = try reply.string(at: 1) }
        }
        return config
      }
      return RedisFacts(info: info, config: config)
    } catch {
      guard case .server = error else { throw error }
      return RedisFacts(info: info, config: nil, configRefusal: "\(error)")
    }
  }

  /// `name:value` a line, with titles that begin with `#`.
  package static func parse(info text: String) -> [String: String] {
    var lines: [String: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { lines[String(parts[0])] = String(parts[1]) }
    }
    return lines
  }

  package func number(_ name: String) -> Int64? { info[name].flatMap { Int64($0) } }

  /// `7.0.15` as 7 and 0.
  package var version: (major: Int, minor: Int)? {
    let parts = (info["redis_version"] ?? "").split(separator: ".").compactMap { Int($0) }
    return parts.count >= 2 ? (parts[0], parts[1]) : nil
  }

  /// Whether there is an AOF; `nil` where the server does not say.
  package var hasAOF: Bool? {
    if let setting = config?["appendonly"] { return setting == "yes" }
    return info["aof_enabled"].map { $0 == "1" }
  }

  package var evictionPolicy: String? { config?["maxmemory-policy"] ?? info["maxmemory_policy"] }
}
