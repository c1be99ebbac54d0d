import Messages

extension JSON {
  /// Reads one JSON text, such as a reply of the fleet. Numbers stay the digits that they are.
  init(reading bytes: [UInt8]) throws(JSONFault) {
    let span = bytes.span.bytes
    var scanner = JSONScanner()
    let token = try scanner.value(in: span)
    try scanner.finish(span)
    self = try JSON(token, in: span)
  }

  /// The scanner bounds the depth.
  private init(_ token: JSONToken, in bytes: RawSpan) throws(JSONFault) {
    switch token.kind {
    case .absent, .null: self = .null
    case .boolean: self = .bool(Self.text(token, in: bytes) == "true")
    case .number:
      let text = Self.text(token, in: bytes)
      self = Int64(text).map { .integer($0) } ?? .decimal(text)
    case .string: self = .string(Self.text(token, in: bytes))
    case .array:
      var items: [JSON] = []
      for element in try JSONScanner.elements(of: token, in: bytes) { items.append(try JSON(element, in: bytes)) }
      self = .array(items)
    case .object:
      var fields: [(String, JSON)] = []
      for (name, value) in try JSONScanner.members(of: token, in: bytes) {
        fields.append((Self.text(name, in: bytes), try JSON(value, in: bytes)))
      }
      self = .object(fields)
    }
  }

  private static func text(_ token: JSONToken, in bytes: RawSpan) -> String {
    String(decoding: token.unescaped(in: bytes), as: UTF8.self)
  }

  /// The fields of an object, none of anything else.
  var fields: [(name: String, value: JSON)] {
    guard case .object(let fields) = self else { return [] }
    return fields.map { (name: $0.0, value: $0.1) }
  }

  /// The first field of a name.
  subscript(name: String) -> JSON? { fields.first { $0.name == name }?.value }

  var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }
}
