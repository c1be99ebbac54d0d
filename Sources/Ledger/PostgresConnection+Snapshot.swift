internal import PostgresClient

extension PostgresConnection {
  /// Runs reads that must agree with each other in one snapshot.
  mutating func inSnapshot<Value>(_ read: (inout PostgresConnection) throws -> Value) throws -> Value {
    try execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    do {
      let value = try read(&self)
      try execute("COMMIT")
      return value
    } catch {
      rollback()
      throw error
    }
  }
}
