/// Reads what `ByteWriter` wrote, and throws instead of reading past the end, whatever the bytes are.
///
/// The bytes are handed to each step, because a value may not keep a span.
struct ByteReader {
  /// The bytes are not what a `ByteWriter` wrote; says where and what was being read.
  struct Fault: Error, Equatable {
    let offset: Int
    let problem: String
  }

  private(set) var offset = 0
  let end: Int

  /// Reads from an offset up to, not including, another one. Both must lie within the bytes.
  init(from offset: Int, to end: Int) {
    self.offset = offset
    self.end = end
  }

  mutating func byte(in bytes: RawSpan, _ what: StaticString) throws(Fault) -> UInt8 {
    guard offset < end else { throw fault("the block ends in", what) }
    defer { offset += 1 }
    return bytes[offset]
  }

  mutating func fixed<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type, in bytes: RawSpan, _ what: StaticString
  ) throws(Fault) -> Value {
    let size = MemoryLayout<Value>.size
    guard end - offset >= size else { throw fault("the block ends in", what) }
    defer { offset += size }
    return Value(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: type))
  }

  mutating func varint(in bytes: RawSpan, _ what: StaticString) throws(Fault) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let byte = try byte(in: bytes, what)
      guard shift < 63 || byte <= 1 else { throw fault("number too large for", what) }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
  }

  mutating func zigzag(in bytes: RawSpan, _ what: StaticString) throws(Fault) -> Int64 {
    let value = try varint(in: bytes, what)
    return Int64(bitPattern: value >> 1) ^ -Int64(value & 1)
  }

  /// A length and so many bytes.
  mutating func run(in bytes: RawSpan, _ what: StaticString) throws(Fault) -> Range<Int> {
    let length = try varint(in: bytes, what)
    guard length <= UInt64(end - offset) else { throw fault("the block ends in", what) }
    defer { offset += Int(length) }
    return offset..<offset + Int(length)
  }

  mutating func text(in bytes: RawSpan, _ what: StaticString) throws(Fault) -> String {
    let range = try run(in: bytes, what)
    guard let text = bytes.extracting(range).text() else { throw fault("no UTF-8 in", what) }
    return text
  }

  func fault(_ problem: String, _ what: StaticString) -> Fault { Fault(offset: offset, problem: "\(problem) \(what)") }
}
