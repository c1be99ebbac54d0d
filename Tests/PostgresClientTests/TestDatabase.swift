import PostgresClient
import TestServers

/// One database for all tests of this target: each test keeps to temporary tables, or to a schema of its own.
enum TestDatabase {
  static let url: String = {
    do { return try PostgresServer.shared.makeDatabase() } catch { fatalError("\(error)") }
  }()

  static func connect(
    statementTimeoutMs: Int = 30_000, to url: String = url
  ) throws(PostgresError) -> PostgresConnection {
    // A busy test machine may take its time to fork a backend.
    try PostgresConnection(
      url: url, applicationName: "postgres-client-tests", connectTimeoutSeconds: 20,
      statementTimeoutMs: statementTimeoutMs)
  }

  /// Makes a schema under a new name, first on the search path of this connection.
  static func makeSchema(_ connection: inout PostgresConnection) throws(PostgresError) -> String {
    let schema = "s\(UInt64.random(in: 0 ... .max))"
    try connection.execute("CREATE SCHEMA \(schema); SET search_path = \(schema)")
    return schema
  }
}

/// Runs what must throw, and returns the error.
func postgresError(_ body: () throws -> Void) -> PostgresError? {
  do {
    try body()
    return nil
  } catch {
    return error as? PostgresError
  }
}

extension PostgresConnection {
  /// The first row's first column, as a number.
  mutating func number(_ sql: String, _ parameters: PostgresParameters = .init()) throws -> Int64 {
    try query(sql, parameters).int64(0, 0)
  }

  /// The error that a query ends in, nil when it works.
  mutating func refusal(of sql: String, _ parameters: PostgresParameters = .init()) -> PostgresError? {
    do {
      _ = try query(sql, parameters)
      return nil
    } catch {
      return error
    }
  }
}
