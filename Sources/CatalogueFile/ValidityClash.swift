internal import CarbonInclusion

/// Finds entries of one key that are valid on the same day.
enum ValidityClash {
  /// An entry with validity: what it competes for, and where it stands.
  struct Entry {
    /// Entries of equal keys must not overlap.
    var key: [String?]
    var version: String
    var validity: Catalogue.Validity
    var cursor: YAMLCursor
  }

  /// Reports, at the later one in the file, each pair of entries with equal keys and a common day.
  static func report(_ entries: [Entry], what: String) {
    for (_, rivals) in Dictionary(grouping: entries, by: \.key) {
      for (index, later) in rivals.enumerated() {
        guard let earlier = rivals[..<index].first(where: { $0.validity.overlaps(later.validity) }) else { continue }
        later.cursor.fault(
          "overlaps \(what) \"\(earlier.version)\" in line \(earlier.cursor.line), "
            + "which is valid \(text(earlier.validity))"
        )
      }
    }
  }

  private static func text(_ validity: Catalogue.Validity) -> String {
    "from \(validity.from) " + (validity.to.map { "to \($0)" } ?? "on")
  }
}
