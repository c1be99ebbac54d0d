/// Everything that is wrong with a catalogue file; never empty, sorted by line.
package struct CatalogueFaults: Error, Sendable, Equatable {
  package var fileName: String
  package var faults: [CatalogueFault]

  package init(fileName: String, faults: [CatalogueFault]) {
    self.fileName = fileName
    self.faults = faults
  }
}

extension CatalogueFaults: CustomStringConvertible {
  /// One fault a line, each in the form that editors jump to: `shanxi.yaml:12:5: factors[2].grams: is missing`.
  package var description: String { faults.map { "\(fileName):\($0)" }.joined(separator: "\n") }
}
