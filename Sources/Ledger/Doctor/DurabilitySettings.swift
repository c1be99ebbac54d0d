package import PostgresClient

/// The settings that decide what PostgreSQL may lose, as they are on one connection: a role or a database can have
/// others than the server.
package struct DurabilitySettings: Sendable {
  package struct Setting: Sendable, Equatable {
    package let value: String
    /// Where it is from, in the words of `pg_settings.source`.
    package let source: String

    package init(value: String, source: String) {
      self.value = value
      self.source = source
    }
  }

  package let settings: [String: Setting]
  package let database: String
  package let role: String

  package init(settings: [String: Setting], database: String, role: String) {
    self.settings = settings
    self.database = database
    self.role = role
  }

  package static func read(_ connection: inout PostgresConnection) throws(PostgresError) -> DurabilitySettings {
    let rows = try connection.query(
      """
      SELECT name, setting, source, current_database()::text, current_user::text FROM pg_settings
      WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'synchronous_standby_names')
      """)
    guard rows.count > 0 else { throw PostgresError(kind: .decoding, message: "pg_settings names no fsync") }
    return DurabilitySettings(
      settings: Dictionary(
        (0..<rows.count).map {
          (rows.string($0, 0), Setting(value: rows.string($0, 1), source: rows.string($0, 2)))
        }, uniquingKeysWith: { first, _ in first }),
      database: rows.string(0, 3), role: rows.string(0, 4))
  }

  /// The statement or step that sets one of them right, wherever it was set wrong.
  package func remedy(_ name: String, to value: String) -> String {
    switch settings[name]?.source {
    case "database": "ALTER DATABASE \(database) RESET \(name);"
    case "user": "ALTER ROLE \(role) RESET \(name);"
    case "database user": "ALTER ROLE \(role) IN DATABASE \(database) RESET \(name);"
    case "client", "session": "take \(name) out of the connection URL's options and of PGOPTIONS"
    case "command line": "take \(name) off the command line that starts PostgreSQL, and restart it"
    default: "ALTER SYSTEM SET \(name) = \(value); SELECT pg_reload_conf();"
    }
  }
}
