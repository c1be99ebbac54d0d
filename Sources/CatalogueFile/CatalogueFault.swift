/// One thing that is wrong with a catalogue file, and where.
package struct CatalogueFault: Sendable, Equatable {
  /// Counted from 1.
  package var line: Int
  /// Counted from 1, in Unicode scalars.
  package var column: Int
  /// The place in the document, such as `factors[2].grams`; empty for the document itself.
  package var path: String
  /// What stands there and what is allowed.
  package var reason: String

  package init(line: Int, column: Int, path: String, reason: String) {
    self.line = line
    self.column = column
    self.path = path
    self.reason = reason
  }
}

extension CatalogueFault: CustomStringConvertible {
  /// `12:5: factors[2].grams: is missing`.
  package var description: String { "\(line):\(column): " + (path.isEmpty ? reason : "\(path): \(reason)") }
}
