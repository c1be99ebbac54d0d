package import CarbonInclusion

/// What a certificate says: how much one resident avoided, in what, and when. Pure values; the texts are those that
/// were in force at issue, so that nobody needs the catalogue to read it.
package struct Certificate: Sendable, Equatable {
  /// The form that `Certificate` is written and drawn in. Whatever changes either gets a new number, and the old form
  /// stays, because certificates outlive binaries.
  package static let version: Int64 = 1

  package var serial: String
  package var programme: Catalogue.Name
  package var issuer: Catalogue.Name
  /// The pseudonymous id.
  package var resident: String
  /// A display name given at issue, or the pseudonymous id.
  package var holder: String
  package var title: Catalogue.Name
  package var reductionMilligrams: Int64
  package var actions: Int64
  /// Largest first; together they are `reductionMilligrams` and `actions`.
  package var categories: [Share]
  /// The days of the first and of the last activity that counts.
  package var from: Day
  package var to: Day
  package var issued: Day
  /// Id of the key that signed.
  package var key: String

  package init(
    serial: String, programme: Catalogue.Name, issuer: Catalogue.Name, resident: String, holder: String,
    title: Catalogue.Name, reductionMilligrams: Int64, actions: Int64, categories: [Share], from: Day, to: Day,
    issued: Day, key: String
  ) {
    self.serial = serial
    self.programme = programme
    self.issuer = issuer
    self.resident = resident
    self.holder = holder
    self.title = title
    self.reductionMilligrams = reductionMilligrams
    self.actions = actions
    self.categories = categories
    self.from = from
    self.to = to
    self.issued = issued
    self.key = key
  }

  /// What came from one category of behaviours.
  package struct Share: Sendable, Equatable {
    package var code: String
    package var name: Catalogue.Name
    package var reductionMilligrams: Int64
    package var actions: Int64

    package init(code: String, name: Catalogue.Name, reductionMilligrams: Int64, actions: Int64) {
      self.code = code
      self.name = name
      self.reductionMilligrams = reductionMilligrams
      self.actions = actions
    }
  }
}
