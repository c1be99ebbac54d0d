/// Reads JSON whose fields and order are known beforehand, in one pass.
///
/// White space between values is passed over: whoever needs every byte to be as it was writes the values again, and
/// compares. Escapes are those that `JSONWriter` makes, and `\/`, `\b`, `\f`.
struct JSONCursor {
  /// Why the text is not what was expected.
  struct Fault: Error {
    /// Counted from 0.
    let offset: Int
    let problem: String
  }

  private let bytes: [UInt8]
  private(set) var offset = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func fault(_ problem: String) -> Fault { Fault(offset: offset, problem: problem) }

  mutating func expect(_ symbol: Character) throws(Fault) {
    skipWhitespace()
    guard offset < bytes.count, bytes[offset] == symbol.asciiValue else { throw fault("expected \(symbol)") }
    offset += 1
  }

  /// Whether that symbol comes next; it is read if so.
  mutating func takes(_ symbol: Character) -> Bool {
    skipWhitespace()
    guard offset < bytes.count, bytes[offset] == symbol.asciiValue else { return false }
    offset += 1
    return true
  }

  mutating func finish() throws(Fault) {
    skipWhitespace()
    guard offset == bytes.count else { throw fault("expected the end") }
  }

  /// A field of that name: the comma before it, its name, and what `read` makes of its value.
  mutating func field<Value>(
    _ name: String, isFirst: Bool = false, _ read: (inout JSONCursor) throws(Fault) -> Value
  ) throws(Fault) -> Value {
    if !isFirst { try expect(",") }
    let start = offset
    guard try string() == name else { throw Fault(offset: start, problem: "expected the field \"\(name)\"") }
    try expect(":")
    return try read(&self)
  }

  mutating func text(_ name: String, isFirst: Bool = false) throws(Fault) -> String {
    try field(name, isFirst: isFirst) { reader throws(Fault) in try reader.string() }
  }

  mutating func optionalText(_ name: String) throws(Fault) -> String? {
    try field(name) { reader throws(Fault) in
      reader.skipWhitespace()
      guard reader.bytes[reader.offset...].starts(with: "null".utf8) else { return try reader.string() }
      reader.offset += 4
      return nil
    }
  }

  mutating func number(_ name: String) throws(Fault) -> Int64 {
    try field(name) { reader throws(Fault) in try reader.integer() }
  }

  mutating func array<Value>(_ element: (inout JSONCursor) throws(Fault) -> Value) throws(Fault) -> [Value] {
    try expect("[")
    var values: [Value] = []
    guard !takes("]") else { return values }
    repeat { values.append(try element(&self)) } while takes(",")
    try expect("]")
    return values
  }

  mutating func integer() throws(Fault) -> Int64 {
    skipWhitespace()
    let start = offset
    if offset < bytes.count, bytes[offset] == UInt8(ascii: "-") { offset += 1 }
    while offset < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[offset]) { offset += 1 }
    guard let value = Int64(String(decoding: bytes[start..<offset], as: UTF8.self)) else {
      throw Fault(offset: start, problem: "expected a whole number")
    }
    return value
  }

  mutating func string() throws(Fault) -> String {
    try expect("\"")
    let start = offset
    var text: [UInt8] = []
    while true {
      guard offset < bytes.count else { throw fault("the text ends inside a string") }
      let byte = bytes[offset]
      guard byte >= 0x20 else { throw fault("a control character must be escaped in a string") }
      offset += 1
      if byte == UInt8(ascii: "\"") { break }
      text.append(byte == UInt8(ascii: "\\") ? try escaped() : byte)
    }
    guard let string = String(validating: text, as: UTF8.self) else {
      throw Fault(offset: start, problem: "not UTF-8")
    }
    return string
  }

  private mutating func escaped() throws(Fault) -> UInt8 {
    guard offset < bytes.count else { throw fault("the text ends inside a string") }
    let letter = bytes[offset]
    offset += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return letter
    case UInt8(ascii: "n"): return 0x0A
    case UInt8(ascii: "r"): return 0x0D
    case UInt8(ascii: "t"): return 0x09
    case UInt8(ascii: "b"): return 0x08
    case UInt8(ascii: "f"): return 0x0C
    case UInt8(ascii: "u"):
      let digits = String(decoding: bytes[offset...].prefix(4), as: UTF8.self)
      guard digits.utf8.count == 4, digits.hasPrefix("00"), let value = UInt8(digits, radix: 16), value < 0x80 else {
        throw fault("only \\u0000 to \\u007f are written as escapes here")
      }
      offset += 4
      return value
    default: throw fault("expected one of \" \\ / b f n r t u after a backslash")
    }
  }

  private mutating func skipWhitespace() {
    while offset < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[offset]) { offset += 1 }
  }
}
