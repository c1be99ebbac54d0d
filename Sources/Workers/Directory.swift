/// Who may report activities: what ingest has to know of the catalogue. Scoring publishes it in Redis, so that ingest
/// needs no database.
package struct Directory: Sendable, Equatable {
  package var catalogueVersion: Int32
  package var partners: [String]

  package init(catalogueVersion: Int32, partners: [String]) {
    self.catalogueVersion = catalogueVersion
    self.partners = partners
  }

  /// `3 meituan-bike kuaidian`: codes hold no spaces.
  package var text: String { ([String(catalogueVersion)] + partners).joined(separator: " ") }

  /// `nil` for anything that `text` does not write.
  package init?(text: String) {
    let words = text.split(separator: " ").map(String.init)
    guard let first = words.first, let version = Int32(first) else { return nil }
    self.init(catalogueVersion: version, partners: Array(words.dropFirst()))
  }
}
