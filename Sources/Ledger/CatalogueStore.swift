package import CarbonInclusion
package import PostgresClient

/// The catalogue in the database: every version as applied, and the numbers of its codes.
package enum CatalogueStore {
  /// One applied version.
  package struct Version: Sendable {
    package var version: Int32
    package var yaml: String
    package var numbers: Policy.Numbers
  }

  /// Who applied a version, and when.
  package struct Application: Sendable {
    package var version: Int32
    package var appliedBy: String
    package var appliedAt: Instant
  }

  /// Stores a new version in one transaction. The same text as the newest version changes nothing.
  ///
  /// - Returns: the version now in force, and whether it is new.
  /// - Throws: `LedgerError.factorChanged` where a factor version that was applied before now says something else.
  package static func apply(
    _ catalogue: Catalogue, yaml: String, by: String, _ connection: inout PostgresConnection
  ) throws -> (version: Int32, isNew: Bool) {
    try connection.begin()
    do {
      try connection.execute("LOCK TABLE puhui.catalogue_version IN EXCLUSIVE MODE")
      let newest = try connection.query(
        "SELECT version, yaml FROM puhui.catalogue_version ORDER BY version DESC LIMIT 1")
      if newest.count == 1, newest.string(0, 1) == yaml {
        let version = newest.int32(0, 0)
        connection.rollback()
        return (version, false)
      }
      let version = (newest.count == 1 ? newest.int32(0, 0) : 0) + 1
      var writer = CatalogueWriter(catalogue: catalogue)
      try writer.write(&connection)
      var parameters = PostgresParameters()
      parameters.append(version)
      parameters.append(yaml)
      parameters.append(by)
      _ = try connection.query(
        "INSERT INTO puhui.catalogue_version (version, yaml, applied_by) VALUES ($1, $2, $3)", parameters)
      try connection.commit()
      return (version, true)
    } catch {
      connection.rollback()
      throw error
    }
  }

  /// One version with the numbers of all codes.
  ///
  /// - Parameter version: `nil` is the newest.
  /// - Throws: `LedgerError.noCatalogue` where there is none.
  package static func load(version: Int32? = nil, _ connection: inout PostgresConnection) throws -> Version {
    var parameters = PostgresParameters()
    parameters.append(version)
    let rows = try connection.query(
      """
      SELECT version, yaml FROM puhui.catalogue_version
      WHERE version = coalesce($1, (SELECT max(version) FROM puhui.catalogue_version))
      """, parameters)
    guard rows.count == 1 else { throw LedgerError.noCatalogue }
    return Version(version: rows.int32(0, 0), yaml: rows.string(0, 1), numbers: try numbers(&connection))
  }

  /// The newest version's number; 0 where none was applied.
  package static func newestVersion(_ connection: inout PostgresConnection) throws -> Int32 {
    try connection.query("SELECT coalesce(max(version), 0) FROM puhui.catalogue_version").int32(0, 0)
  }

  /// All versions, newest first.
  package static func history(_ connection: inout PostgresConnection) throws -> [Application] {
    let rows = try connection.query(
      "SELECT version, applied_by, applied_at FROM puhui.catalogue_version ORDER BY version DESC LIMIT 100")
    return (0..<rows.count).map {
      Application(
        version: rows.int32($0, 0), appliedBy: rows.string($0, 1),
        appliedAt: Instant(microseconds: rows.timestamp($0, 2)))
    }
  }

  private static func numbers(_ connection: inout PostgresConnection) throws -> Policy.Numbers {
    let partners = try connection.query("SELECT code, partner_no FROM puhui.partner")
    let behaviours = try connection.query("SELECT code, behaviour_no FROM puhui.behaviour")
    let factors = try connection.query("SELECT version, factor_no FROM puhui.factor")
    return Policy.Numbers(
      partners: Dictionary(
        uniqueKeysWithValues: (0..<partners.count).map { (partners.string($0, 0), partners.int16($0, 1)) }),
      behaviours: Dictionary(
        uniqueKeysWithValues: (0..<behaviours.count).map { (behaviours.string($0, 0), behaviours.int16($0, 1)) }),
      factors: Dictionary(
        uniqueKeysWithValues: (0..<factors.count).map { (factors.string($0, 0), factors.int32($0, 1)) }))
  }
}
