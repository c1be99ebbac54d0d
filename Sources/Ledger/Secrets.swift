package import PostgresClient

/// Secrets that the platform keeps for itself.
package enum Secrets {
  /// The key of the evidence hash: 32 random bytes, made once.
  package static func evidenceKey(_ connection: inout PostgresConnection) throws -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    var parameters = PostgresParameters()
    parameters.append(bytes: (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    _ = try connection.query(
      "INSERT INTO puhui.secret (name, bytes) VALUES ('evidence', $1) ON CONFLICT (name) DO NOTHING", parameters)
    return try connection.query("SELECT bytes FROM puhui.secret WHERE name = 'evidence'").bytes(0, 0)
  }
}
