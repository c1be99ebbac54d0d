/// Where the fields of one message stand, found in one pass over it.
struct ActivityTokens {
  /// A name that the object holds twice.
  struct Repetition {
    let name: JSONToken
    /// Which field, if the contract knows it.
    let field: ActivityField?
  }

  /// Of the whole text; the fields mean something only for an object.
  private(set) var kind: JSONToken.Kind = .absent
  private(set) var firstRepetition: Repetition?
  private var tokens = [JSONToken](repeating: .absent, count: ActivityField.allCases.count)
  /// One bit a field.
  private var repeatedFields: UInt16 = 0
  private var fieldsWithValue: UInt16 = 0
  private var unknownNames: Set<[UInt8]> = []

  /// Reads and checks a whole JSON text.
  init(_ bytes: RawSpan) throws(JSONFault) {
    var scanner = JSONScanner()
    kind = try scanner.open(bytes)
    if kind == .object {
      while let name = try scanner.nextName(in: bytes) {
        let value = try scanner.value(in: bytes)
        note(name, value, in: bytes)
      }
    }
    try scanner.finish(bytes)
  }

  subscript(field: ActivityField) -> JSONToken { tokens[field.rawValue] }

  func isRepeated(_ field: ActivityField) -> Bool { repeatedFields & 1 << field.rawValue != 0 }

  /// Whether the field says something: optional fields that are `null` are as good as absent.
  func has(_ field: ActivityField) -> Bool { fieldsWithValue & 1 << field.rawValue != 0 }

  private mutating func note(_ name: JSONToken, _ value: JSONToken, in bytes: RawSpan) {
    guard let field = Self.field(of: name, in: bytes) else {
      // Compared by bytes: text that is only canonically equivalent is another name.
      let text = name.isEscaped ? name.unescaped(in: bytes) : bytes.extracting(name.range).copied()
      if !unknownNames.insert(text).inserted { noteRepetition(Repetition(name: name, field: nil)) }
      return
    }
    guard self[field].kind == .absent else {
      repeatedFields |= 1 << field.rawValue
      return noteRepetition(Repetition(name: name, field: field))
    }
    tokens[field.rawValue] = value
    if value.kind != .null { fieldsWithValue |= 1 << field.rawValue }
  }

  private mutating func noteRepetition(_ repetition: Repetition) {
    if firstRepetition == nil { firstRepetition = repetition }
  }

  private static func field(of name: JSONToken, in bytes: RawSpan) -> ActivityField? {
    guard name.isEscaped else { return ActivityField(name: bytes.extracting(name.range)) }
    let unescaped = name.unescaped(in: bytes)
    return ActivityField(name: unescaped.span.bytes)
  }
}
