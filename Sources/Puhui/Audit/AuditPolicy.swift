import CarbonInclusion
import CatalogueFile
import Ledger
import PostgresClient

/// What the audit needs of the catalogues: who may speak, the zone, and how long each factor was ever valid.
struct AuditPolicy {
  var partners: [String]
  var administrators: [String]
  var utcOffsetSeconds: Int
  var factorEnds: [AuditContext.FactorEnd]

  /// - Throws: `LedgerError.noCatalogue` where there is none.
  static func read(_ connection: inout PostgresConnection) throws -> AuditPolicy {
    let newest = try CatalogueStore.load(&connection)
    let catalogue = try CatalogueFile.read(text: newest.yaml, fileName: "version \(newest.version)")
    var ends: [Int32: Int32?] = [:]
    for applied in try CatalogueStore.history(&connection) {
      let stored = try CatalogueStore.load(version: applied.version, &connection)
      // A version that this binary cannot read any more gives no ends; then the newest ends are what factors have.
      guard let old = try? CatalogueFile.read(text: stored.yaml, fileName: "version \(stored.version)") else {
        continue
      }
      for factor in old.factors {
        guard let number = newest.numbers.factors[factor.version] else { continue }
        ends[number] = later(ends[number], factor.validity.to?.number)
      }
    }
    return AuditPolicy(
      partners: catalogue.reporters.map(\.code),
      administrators: catalogue.administrators,
      utcOffsetSeconds: catalogue.programme.utcOffsetSeconds,
      factorEnds: ends.map { .init(factorNumber: $0, lastDay: $1) })
  }

  /// The later of two ends, of which the open one is the latest; the first may not be known yet.
  private static func later(_ known: Int32??, _ end: Int32?) -> Int32? {
    guard let known else { return end }
    guard let known, let end else { return nil }
    return max(known, end)
  }
}
