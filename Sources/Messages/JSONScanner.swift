/// A strict reader of one JSON text (RFC 8259), one pass over its bytes, without building a tree.
///
/// Stricter than the RFC where the RFC leaves a choice: no byte order mark, bounded in bytes and in depth, only
/// whole Unicode scalars (a lone surrogate is refused even as an escape). Numbers are any that the grammar allows;
/// whether `1e400` makes sense is for the field to say. Names that an object repeats are left to the caller, who sees
/// them; in containers that the caller skips they are allowed, since nothing there is used.
///
/// ```swift
/// var scanner = JSONScanner()
/// guard try scanner.open(bytes) == .object else { … }
/// while let name = try scanner.nextName(in: bytes) { let value = try scanner.value(in: bytes) … }
/// try scanner.finish(bytes)
/// ```
///
/// The bytes are handed in at each step because a value may not keep a span; they must be the same ones.
package struct JSONScanner {
  /// The most that a partner's message may have, in bytes.
  package static let maxBytes = 16 * 1024
  /// How deep containers may lie in each other; the outermost one is 1.
  package static let maxDepth = 16

  var offset = 0
  private var depth = 0
  private var isBeforeFirstName = true

  package init() {}

  /// Begins a text: says of which kind its value is. An object is entered, any other value is read and checked.
  /// - Throws: `JSONFault` when the text is too large or that value is malformed.
  package mutating func open(
    _ bytes: RawSpan, maxBytes: Int = JSONScanner.maxBytes
  ) throws(JSONFault) -> JSONToken.Kind {
    guard bytes.byteCount <= maxBytes else {
      throw JSONFault(kind: .tooLarge, at: maxBytes, "\(bytes.byteCount) bytes, at most \(maxBytes) are allowed")
    }
    if bytes.byteCount >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
      throw JSONFault(at: 0, "a byte order mark is not allowed")
    }
    skipWhitespace(in: bytes)
    guard peek(bytes) == UInt8(ascii: "{") else { return try value(in: bytes).kind }
    offset += 1
    depth = 1
    return .object
  }

  /// The next name of the opened object, with its colon read; `nil` when the object ends.
  package mutating func nextName(in bytes: RawSpan) throws(JSONFault) -> JSONToken? {
    skipWhitespace(in: bytes)
    if peek(bytes) == UInt8(ascii: "}") {
      offset += 1
      depth -= 1
      return nil
    }
    if isBeforeFirstName {
      isBeforeFirstName = false
    } else {
      try expect(UInt8(ascii: ","), in: bytes, "expected ',' or '}' after a value")
      skipWhitespace(in: bytes)
    }
    return try name(in: bytes)
  }

  /// Reads and checks one whole value.
  package mutating func value(in bytes: RawSpan) throws(JSONFault) -> JSONToken {
    skipWhitespace(in: bytes)
    guard let first = peek(bytes) else { throw JSONFault(at: offset, "expected a value, the text ends") }
    let start = offset
    switch first {
    case UInt8(ascii: "\""):
      return try string(in: bytes)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      try number(in: bytes)
      return JSONToken(.number, start..<offset)
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      try skipContainer(in: bytes)
      return JSONToken(first == UInt8(ascii: "{") ? .object : .array, start..<offset)
    case UInt8(ascii: "t"):
      try word("true", in: bytes)
      return JSONToken(.boolean, start..<offset)
    case UInt8(ascii: "f"):
      try word("false", in: bytes)
      return JSONToken(.boolean, start..<offset)
    case UInt8(ascii: "n"):
      try word("null", in: bytes)
      return JSONToken(.null, start..<offset)
    default:
      throw JSONFault(at: offset, "expected a value")
    }
  }

  /// The values of an array that this scanner, or another one, has read and checked in the same bytes.
  package static func elements(of array: JSONToken, in bytes: RawSpan) throws(JSONFault) -> [JSONToken] {
    var scanner = JSONScanner()
    scanner.offset = array.range.lowerBound + 1
    scanner.depth = 1
    var elements: [JSONToken] = []
    while true {
      scanner.skipWhitespace(in: bytes)
      if scanner.peek(bytes) == UInt8(ascii: "]") { return elements }
      if !elements.isEmpty { try scanner.expect(UInt8(ascii: ","), in: bytes, "expected ',' or ']' after a value") }
      elements.append(try scanner.value(in: bytes))
    }
  }

  /// The names and values of an object that this scanner, or another one, has read and checked in the same bytes.
  package static func members(
    of object: JSONToken, in bytes: RawSpan
  ) throws(JSONFault) -> [(name: JSONToken, value: JSONToken)] {
    var scanner = JSONScanner()
    scanner.offset = object.range.lowerBound + 1
    scanner.depth = 1
    var members: [(name: JSONToken, value: JSONToken)] = []
    while let name = try scanner.nextName(in: bytes) { members.append((name, try scanner.value(in: bytes))) }
    return members
  }

  /// Ends the text: nothing but white space may follow its value.
  package mutating func finish(_ bytes: RawSpan) throws(JSONFault) {
    skipWhitespace(in: bytes)
    guard offset == bytes.byteCount else { throw JSONFault(at: offset, "expected the end of the text") }
  }
}

extension JSONScanner {
  /// Containers are checked in a loop with one bit a level (1 = object), so that no input can exhaust the stack.
  private mutating func skipContainer(in bytes: RawSpan) throws(JSONFault) {
    let floor = depth
    var levels: UInt32 = 0
    var isEmptySoFar = true
    try enterContainer(&levels, in: bytes)
    while depth > floor {
      skipWhitespace(in: bytes)
      let isObject = levels & 1 == 1
      if peek(bytes) == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
        offset += 1
        depth -= 1
        levels >>= 1
        isEmptySoFar = false
        continue
      }
      if !isEmptySoFar {
        try expect(
          UInt8(ascii: ","), in: bytes,
          isObject ? "expected ',' or '}' after a value" : "expected ',' or ']' after a value")
        skipWhitespace(in: bytes)
      }
      if isObject { _ = try name(in: bytes) }
      skipWhitespace(in: bytes)
      if peek(bytes) == UInt8(ascii: "{") || peek(bytes) == UInt8(ascii: "[") {
        try enterContainer(&levels, in: bytes)
        isEmptySoFar = true
      } else {
        _ = try value(in: bytes)
        isEmptySoFar = false
      }
    }
  }

  private mutating func enterContainer(_ levels: inout UInt32, in bytes: RawSpan) throws(JSONFault) {
    guard depth < Self.maxDepth else {
      throw JSONFault(at: offset, "nested deeper than \(Self.maxDepth) containers")
    }
    levels = levels << 1 | (bytes[offset] == UInt8(ascii: "{") ? 1 : 0)
    offset += 1
    depth += 1
  }

  private mutating func name(in bytes: RawSpan) throws(JSONFault) -> JSONToken {
    guard peek(bytes) == UInt8(ascii: "\"") else { throw JSONFault(at: offset, "expected a field name in quotes") }
    let name = try string(in: bytes)
    skipWhitespace(in: bytes)
    try expect(UInt8(ascii: ":"), in: bytes, "expected ':' after a field name")
    return name
  }

  private mutating func number(in bytes: RawSpan) throws(JSONFault) {
    if peek(bytes) == UInt8(ascii: "-") { offset += 1 }
    if peek(bytes) == UInt8(ascii: "0") {
      offset += 1
      if isDigit(peek(bytes)) { throw JSONFault(at: offset, "a number may not begin with 0 and a digit") }
    } else {
      try digits(in: bytes, "expected a digit")
    }
    if peek(bytes) == UInt8(ascii: ".") {
      offset += 1
      try digits(in: bytes, "expected a digit after the point")
    }
    if peek(bytes) == UInt8(ascii: "e") || peek(bytes) == UInt8(ascii: "E") {
      offset += 1
      if peek(bytes) == UInt8(ascii: "+") || peek(bytes) == UInt8(ascii: "-") { offset += 1 }
      try digits(in: bytes, "expected a digit in the exponent")
    }
  }

  private mutating func digits(in bytes: RawSpan, _ problem: @autoclosure () -> String) throws(JSONFault) {
    let start = offset
    while isDigit(peek(bytes)) { offset += 1 }
    guard offset > start else { throw JSONFault(at: offset, problem()) }
  }

  private mutating func word(_ word: String, in bytes: RawSpan) throws(JSONFault) {
    for byte in word.utf8 { try expect(byte, in: bytes, "expected a value") }
  }

  private mutating func expect(
    _ byte: UInt8, in bytes: RawSpan, _ problem: @autoclosure () -> String
  ) throws(JSONFault) {
    guard peek(bytes) == byte else { throw JSONFault(at: offset, problem()) }
    offset += 1
  }

  @inline(__always)
  private func peek(_ bytes: RawSpan) -> UInt8? { offset < bytes.byteCount ? bytes[offset] : nil }

  @inline(__always)
  private mutating func skipWhitespace(in bytes: RawSpan) {
    while offset < bytes.byteCount {
      switch bytes[offset] {
      case 0x20, 0x09, 0x0A, 0x0D: offset += 1
      default: return
      }
    }
  }

  @inline(__always)
  private func isDigit(_ byte: UInt8?) -> Bool { byte.map { $0 &- UInt8(ascii: "0") < 10 } ?? false }
}
