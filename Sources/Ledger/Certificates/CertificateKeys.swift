package import CarbonInclusion
package import PostgresClient

/// The keys that certificates are signed with: public ones of all times, and the private one where the ledger keeps it.
package enum CertificateKeys {
  package struct Key: Sendable, Equatable {
    package var id: String
    package var publicKey: [UInt8]
    package var validFrom: Day
    /// The last day of its use.
    package var retired: Day?

    package init(id: String, publicKey: [UInt8], validFrom: Day, retired: Day? = nil) {
      self.id = id
      self.publicKey = publicKey
      self.validFrom = validFrom
      self.retired = retired
    }
  }

  /// Every key that was ever used, oldest first.
  package static func all(_ connection: inout PostgresConnection) throws -> [Key] {
    let rows = try connection.query(
      """
      SELECT key_id, public_key, valid_from, retired_on FROM puhui.certificate_key
      ORDER BY valid_from, retired_on NULLS LAST, key_id
      """)
    return (0..<rows.count).map { key($0, of: rows) }
  }

  /// The key in use, and its private half where the ledger keeps it.
  package static func inUse(_ connection: inout PostgresConnection) throws -> (key: Key, kept: [UInt8]?)? {
    let rows = try connection.query(
      """
      SELECT k.key_id, k.public_key, k.valid_from, k.retired_on, s.bytes FROM puhui.certificate_key k
      LEFT JOIN puhui.secret s ON s.name = 'certificate-key:' || k.key_id WHERE k.retired_on IS NULL
      """)
    return rows.count > 0 ? (key(0, of: rows), rows.optionalBytes(0, 4)) : nil
  }

  /// Takes a key into use, unless another one is.
  ///
  /// - Parameter kept: the private half, where the ledger is to keep it.
  package static func use(_ key: Key, kept: [UInt8]?, _ connection: inout PostgresConnection) throws {
    var parameters = PostgresParameters()
    parameters.append(key.id)
    parameters.append(bytes: key.publicKey)
    parameters.append(date: key.validFrom.number)
    parameters.append(bytes: kept)
    _ = try connection.query(
      """
      WITH taken AS (
        INSERT INTO puhui.certificate_key (key_id, public_key, valid_from) VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING RETURNING key_id
      )
      INSERT INTO puhui.secret (name, bytes)
      SELECT 'certificate-key:' || key_id, $4 FROM taken WHERE $4::bytea IS NOT NULL
      """, parameters)
  }

  /// Takes the key in use out of it, with this day as its last, and forgets its private half.
  ///
  /// - Returns: its id; `nil` where none was in use.
  package static func retire(on day: Day, _ connection: inout PostgresConnection) throws -> String? {
    var parameters = PostgresParameters()
    parameters.append(date: day.number)
    let rows = try connection.query(
      """
      WITH retired AS (
        UPDATE puhui.certificate_key SET retired_on = greatest($1, valid_from) WHERE retired_on IS NULL RETURNING key_id
      ), forgotten AS (
        DELETE FROM puhui.secret WHERE name IN (SELECT 'certificate-key:' || key_id FROM retired)
      )
      SELECT key_id FROM retired
      """, parameters)
    return rows.count > 0 ? rows.string(0, 0) : nil
  }

  /// The day, by the database's clock.
  package static func today(utcOffsetSeconds: Int, _ connection: inout PostgresConnection) throws -> Day {
    let now = Instant(microseconds: try connection.query("SELECT now()").timestamp(0, 0))
    return Day(containing: now, utcOffsetSeconds: utcOffsetSeconds)
  }

  private static func key(_ row: Int, of rows: borrowing PostgresRows) -> Key {
    Key(
      id: rows.string(row, 0), publicKey: rows.bytes(row, 1), validFrom: Day(number: rows.date(row, 2)),
      retired: rows.optionalDate(row, 3).map { Day(number: $0) })
  }
}
