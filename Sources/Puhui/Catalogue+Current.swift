import CarbonInclusion
import CatalogueFile
import Ledger
import PostgresClient

extension Catalogue {
  /// The catalogue in force.
  ///
  /// - Throws: `LedgerError.noCatalogue` where none was applied.
  static func current(_ connection: inout PostgresConnection) throws -> Catalogue {
    let stored = try CatalogueStore.load(&connection)
    return try CatalogueFile.read(text: stored.yaml, fileName: "version \(stored.version)")
  }
}
