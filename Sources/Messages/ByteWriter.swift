/// Appends numbers and text to a growing array of bytes. `ByteReader` reads what it wrote.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  mutating func reserve(_ capacity: Int) { bytes.reserveCapacity(capacity) }

  /// Takes back what was written last.
  mutating func truncate(to count: Int) { bytes.removeLast(bytes.count - count) }

  mutating func byte(_ value: UInt8) { bytes.append(value) }

  mutating func raw(_ values: [UInt8]) { bytes.append(contentsOf: values) }

  /// The UTF-8 alone.
  mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// Big-endian, always of the type's size.
  mutating func fixed(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
  }

  /// Seven bits a byte, the lowest first; the high bit says that more follow (LEB128).
  mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// A signed number as a varint: 0, -1, 1, -2 … become 0, 1, 2, 3 …
  mutating func zigzag(_ value: Int64) { varint(UInt64(bitPattern: value << 1 ^ value >> 63)) }

  /// Its length in UTF-8 as a varint, then the UTF-8.
  mutating func text(_ text: String) {
    varint(UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }
}
