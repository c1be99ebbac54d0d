extension RawSpan {
  /// The byte at an offset; a trap outside the span. `UInt8` holds any bit pattern, so this load is safe.
  @inline(__always)
  subscript(offset: Int) -> UInt8 { unsafeLoad(fromByteOffset: offset, as: UInt8.self) }

  /// Eight bytes as they lie in memory; a trap when they reach outside the span.
  @inline(__always)
  func word(at offset: Int) -> UInt64 { unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self) }

  /// Whether the bytes are exactly the UTF-8 of a text.
  @inline(__always)
  func equals(_ text: String) -> Bool {
    let utf8 = text.utf8.span
    guard utf8.count == byteCount else { return false }
    for offset in 0..<byteCount where self[offset] != utf8[offset] { return false }
    return true
  }

  func contains(_ byte: UInt8) -> Bool {
    for offset in 0..<byteCount where self[offset] == byte { return true }
    return false
  }

  /// Whether the bytes can be the code of a partner, behaviour or reward: `[a-z0-9][a-z0-9-]{1,39}`.
  var isCode: Bool {
    guard (2...40).contains(byteCount), self[0] != UInt8(ascii: "-") else { return false }
    for offset in 0..<byteCount {
      switch self[offset] {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): continue
      default: return false
      }
    }
    return true
  }

  /// The bytes as text; `nil` when they are not UTF-8.
  func text() -> String? {
    guard let utf8 = try? UTF8Span(validating: Span(_bytes: self)) else { return nil }
    return String(copying: utf8)
  }

  /// A copy of the bytes.
  func copied() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(byteCount)
    bytes.append(contentsOf: self)
    return bytes
  }
}

extension [UInt8] {
  /// Appends a copy of the span's bytes.
  mutating func append(contentsOf span: RawSpan) {
    span.withUnsafeBytes { append(contentsOf: $0) }
  }
}
