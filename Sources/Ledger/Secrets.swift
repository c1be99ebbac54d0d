package import PostgresClient

/// Secrets that the platform keeps for itself: 32 random bytes each, made once.
package enum Secrets {
  /// The key of the evidence hash.
  package static func evidenceKey(_ connection: inout PostgresConnection) throws -> [UInt8] {
    try key("evidence", &connection)
  }

  /// The key of `puhui.tombstone_mark`, which has to be there before the first tombstone.
  package static func tombstoneKey(_ connection: inout PostgresConnection) throws -> [UInt8] {
    try key("tombstone", &connection)
  }

  private static func key(_ name: String, _ connection: inout PostgresConnection) throws -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    _ = try connection.query(
      "INSERT INTO puhui.secret (name, bytes) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
      PostgresParameters {
        $0.append(name)
        $0.append(bytes: (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
      })
    return try connection.query(
      "SELECT bytes FROM puhui.secret WHERE name = $1", PostgresParameters { $0.append(name) }
    ).bytes(0, 0)
  }
}
