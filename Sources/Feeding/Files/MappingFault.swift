/// Why a file cannot be turned into messages as asked.
package enum MappingFault: Error, Sendable, Equatable {
  case notAnAssignment(String)
  case unknownField(String)
  case filledTwice(field: String)
  case noSuchColumn(String, field: String, columns: [String])
  case ambiguousColumn(String)
  case nothingFor(field: String, columns: [String])
}

extension MappingFault: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notAnAssignment(let text): "\"\(text)\" is not of the form field=…"
    case .unknownField(let name):
      "there is no field \"\(name)\"; there are \(ActivityColumn.allCases.map(\.rawValue).joined(separator: ", "))"
    case .filledTwice(let field): "the field \(field) is given twice"
    case .noSuchColumn(let name, let field, let columns):
      "there is no column \"\(name)\" for the field \(field); the file has \(columns.joined(separator: ", "))"
    case .ambiguousColumn(let name): "the file has several columns \"\(name)\""
    case .nothingFor(let field, let columns):
      "nothing fills the field \(field): add --map \(field)=COLUMN or --set \(field)=VALUE; "
        + "the file has the columns \(columns.joined(separator: ", "))"
    }
  }
}
