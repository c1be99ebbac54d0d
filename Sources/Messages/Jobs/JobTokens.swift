/// Where the fields of one job stand, found in one pass over it.
struct JobTokens {
  /// Of the whole text; the fields mean something only for an object.
  private(set) var kind: JSONToken.Kind = .absent
  /// The first name that the object holds twice.
  private(set) var firstRepetition: JSONToken?
  /// Names that no job has, for guesses at what was meant; not all of many.
  private(set) var unknownNames: [String] = []
  private var tokens: [JobField: JSONToken] = [:]
  private var repeated: Set<JobField> = []

  /// Reads and checks a whole JSON text.
  init(_ bytes: RawSpan) throws(JSONFault) {
    var scanner = JSONScanner()
    kind = try scanner.open(bytes, maxBytes: JobDecoder.maxBytes)
    if kind == .object {
      // Compared by bytes: text that is only canonically equivalent is another name.
      var unknown: Set<[UInt8]> = []
      while let name = try scanner.nextName(in: bytes) {
        note(name, try scanner.value(in: bytes), &unknown, in: bytes)
      }
    }
    try scanner.finish(bytes)
  }

  subscript(field: JobField) -> JSONToken { tokens[field] ?? .absent }

  func isRepeated(_ field: JobField) -> Bool { repeated.contains(field) }

  /// Whether the field says something: `null` is as good as absent where a field is optional.
  func has(_ field: JobField) -> Bool { self[field].kind != .absent && self[field].kind != .null }

  private mutating func note(
    _ name: JSONToken, _ value: JSONToken, _ unknown: inout Set<[UInt8]>, in bytes: RawSpan
  ) {
    let text = name.isEscaped ? name.unescaped(in: bytes) : bytes.extracting(name.range).copied()
    guard let field = JobField(rawValue: String(decoding: text, as: UTF8.self)) else {
      guard unknown.insert(text).inserted else { return noteRepetition(name) }
      if unknownNames.count < 16, text.count <= 40 { unknownNames.append(String(decoding: text, as: UTF8.self)) }
      return
    }
    guard tokens[field] == nil else {
      repeated.insert(field)
      return noteRepetition(name)
    }
    tokens[field] = value
  }

  private mutating func noteRepetition(_ name: JSONToken) {
    if firstRepetition == nil { firstRepetition = name }
  }
}
