package import CarbonInclusion
package import PostgresClient

/// The certificates that were issued. What they look like and how they are signed is for others to say.
package enum CertificateStore {
  /// One that was issued.
  package struct Stored: Sendable, Equatable {
    package var serial: String
    /// `issued`, `superseded` or `revoked`.
    package var status: String
    package var supersededBy: String?
    package var revokedReason: String?
    package var issuedAt: Instant
    /// Pseudonymous.
    package var resident: String
    /// The signed JSON; `nil` once the resident was erased.
    package var document: String?
  }

  /// Issues a certificate within the open transaction: locks the account, reads, takes the next number, has `document`
  /// write and sign, and puts it in the place of the resident's previous one.
  ///
  /// - Parameter document: makes serial and text of the facts and the number.
  /// - Returns: what `document` returned, and the serial of the one that is superseded.
  /// - Throws: `JobError` where there is nothing to certify; whatever `document` throws.
  package static func issue<Made>(
    resident: String, utcOffsetSeconds: Int, _ connection: inout PostgresConnection,
    document: (CertificateFacts, Int64) throws -> (serial: String, text: String, made: Made)
  ) throws -> (made: Made, superseded: String?) {
    var name = PostgresParameters()
    name.append(resident)
    // In a statement of its own, so that the next one sees what was booked before.
    _ = try connection.query("SELECT FROM puhui.account WHERE resident = $1 FOR NO KEY UPDATE", name)
    let facts = try facts(resident: resident, utcOffsetSeconds: utcOffsetSeconds, &connection)
    let number = try connection.query("SELECT nextval('puhui.certificate_no')").int64(0, 0)
    let written = try document(facts, number)
    return (written.made, try insert(written.serial, number, written.text, of: facts.account, &connection))
  }

  /// What would be certified now. Agrees with itself where the account is locked, or in one snapshot.
  package static func facts(
    resident: String, utcOffsetSeconds: Int, _ connection: inout PostgresConnection
  ) throws -> CertificateFacts {
    try CertificateReading(resident: resident, utcOffsetSeconds: utcOffsetSeconds).read(&connection)
  }

  private static func insert(
    _ serial: String, _ number: Int64, _ text: String, of account: AccountKey, _ connection: inout PostgresConnection
  ) throws -> String? {
    var parameters = PostgresParameters()
    parameters.append(serial)
    parameters.append(account.shard)
    parameters.append(account.residentNumber)
    let superseded = try connection.query(
      """
      UPDATE puhui.certificate SET status = 'superseded', superseded_by = $1, changed_at = now()
      WHERE shard = $2 AND resident_no = $3 AND status = 'issued' RETURNING serial
      """, parameters)
    parameters.append(number)
    parameters.append(text)
    _ = try connection.query(
      """
      INSERT INTO puhui.certificate (serial, shard, resident_no, certificate_no, document) VALUES ($1, $2, $3, $4, $5)
      """, parameters)
    return superseded.count > 0 ? superseded.string(0, 0) : nil
  }

  /// - Returns: `nil` where no certificate has this serial.
  package static func find(serial: String, _ connection: inout PostgresConnection) throws -> Stored? {
    var parameters = PostgresParameters()
    parameters.append(serial)
    let rows = try connection.query(
      "SELECT \(columns), c.document FROM \(tables) WHERE c.serial = $1", parameters)
    return rows.count > 0 ? stored(0, of: rows, document: rows.optionalString(0, 6)) : nil
  }

  /// All of them without their documents, in order of their numbers, and the day of the list, after
  /// which more may have been issued.
  package static func list(
    resident: String?, utcOffsetSeconds: Int, _ connection: inout PostgresConnection
  ) throws -> (today: Day, certificates: [Stored]) {
    var parameters = PostgresParameters()
    parameters.append(resident)
    return try connection.inSnapshot { connection throws in
      let rows = try connection.query(
        "SELECT \(columns) FROM \(tables) WHERE $1::text IS NULL OR a.resident = $1 ORDER BY c.certificate_no",
        parameters)
      let now = Instant(microseconds: try connection.query("SELECT now()").timestamp(0, 0))
      return (
        Day(containing: now, utcOffsetSeconds: utcOffsetSeconds),
        (0..<rows.count).map { stored($0, of: rows, document: nil) }
      )
    }
  }

  /// Takes a certificate back.
  ///
  /// - Returns: whether it was in force or superseded before; `false` where it was revoked already, or does not exist.
  package static func revoke(
    serial: String, reason: String, by: String, _ connection: inout PostgresConnection
  ) throws -> Bool {
    var parameters = PostgresParameters()
    parameters.append(serial)
    parameters.append(reason)
    parameters.append(by)
    let rows = try connection.query(
      """
      UPDATE puhui.certificate SET status = 'revoked', revoked_reason = $2, revoked_by = $3, changed_at = now()
      WHERE serial = $1 AND status <> 'revoked' RETURNING serial
      """, parameters)
    return rows.count > 0
  }

  /// Revokes all certificates of a resident who is erased, and forgets what they said. For the open transaction in
  /// which the account is erased.
  package static func forget(_ account: AccountKey, _ connection: inout PostgresConnection) throws {
    var parameters = PostgresParameters()
    parameters.append(account.shard)
    parameters.append(account.residentNumber)
    _ = try connection.query(
      """
      UPDATE puhui.certificate SET document = NULL, status = 'revoked', changed_at = now(),
        revoked_reason = coalesce(revoked_reason, 'withdrawn at the holder''s request')
      WHERE shard = $1 AND resident_no = $2
      """, parameters)
  }

  private static let columns =
    "c.serial, c.status, c.superseded_by, c.revoked_reason, c.issued_at, a.resident"
  private static let tables =
    "puhui.certificate c JOIN puhui.account a ON a.shard = c.shard AND a.resident_no = c.resident_no"

  private static func stored(_ row: Int, of rows: borrowing PostgresRows, document: String?) -> Stored {
    Stored(
      serial: rows.string(row, 0), status: rows.string(row, 1), supersededBy: rows.optionalString(row, 2),
      revokedReason: rows.optionalString(row, 3), issuedAt: Instant(microseconds: rows.timestamp(row, 4)),
      resident: rows.string(row, 5), document: document)
  }
}
