package import PostgresClient

extension RewardsBooks {
  /// Lends the connection, whose transaction is open, to whoever issues certificates within it.
  package func withTransaction<Value>(_ body: (inout PostgresConnection) throws -> Value) throws -> Value {
    try body(&connection)
  }
}
