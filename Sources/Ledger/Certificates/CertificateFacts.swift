package import CarbonInclusion

/// What the ledger can certify of a resident at one moment.
package struct CertificateFacts: Sendable, Equatable {
  package struct Share: Sendable, Equatable {
    package var code: String
    package var name: Catalogue.Name
    package var reductionMilligrams: Int64
    package var actions: Int64
  }

  package var account: AccountKey
  package var resident: String
  package var title: Catalogue.Name?
  package var reductionMilligrams: Int64
  package var actions: Int64
  /// Largest first; together they are the two sums above.
  package var categories: [Share]
  /// Days of the programme, of the first and the last activity that counts.
  package var from: Day
  package var to: Day
  /// By the database's clock.
  package var today: Day
}
