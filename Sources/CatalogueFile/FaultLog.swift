/// Collects faults while a file is read, so that one reading finds all of them.
final class FaultLog {
  private var faults: [CatalogueFault] = []

  var isEmpty: Bool { faults.isEmpty }

  /// By place in the file; faults of one place in the order in which they were found.
  var sorted: [CatalogueFault] {
    faults.enumerated()
      .sorted { ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset) }
      .map(\.element)
  }

  func add(_ fault: CatalogueFault) { faults.append(fault) }
}
