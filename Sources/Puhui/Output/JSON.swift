import Messages

/// A JSON document for programs, written as it is read: fields in their order, amounts as integers or exact decimals.
indirect enum JSON {
  case null
  case bool(Bool)
  case integer(Int64)
  /// A plain decimal number, digit for digit.
  case decimal(String)
  case string(String)
  case array([JSON])
  case object([(String, JSON)])

  static func optional(_ value: String?) -> JSON { value.map { .string($0) } ?? .null }

  static func optional(_ value: Int64?) -> JSON { value.map { .integer($0) } ?? .null }

  var text: String {
    var writer = JSONWriter()
    write(to: &writer)
    return writer.text
  }

  private func write(to writer: inout JSONWriter) {
    switch self {
    case .null: writer.null()
    case .bool(let value): writer.boolean(value)
    case .integer(let value): writer.integer(value)
    case .decimal(let digits): writer.number(digits)
    case .string(let value): writer.string(value)
    case .array(let items): writer.array { writer in for item in items { item.write(to: &writer) } }
    case .object(let fields):
      writer.object { writer in
        for (name, value) in fields {
          writer.name(name)
          value.write(to: &writer)
        }
      }
    }
  }
}
