/// Writes content so that no two contents have the same bytes: each field in a fixed order, 0 if absent, else 1 and its
/// value; text with its length (four bytes), numbers in eight bytes, all big-endian.
struct ContentWriter {
  private var writer = ByteWriter()

  var bytes: [UInt8] { writer.bytes }

  /// - Parameter format: stands in front, and keeps kinds and versions of content apart.
  init(format: String) {
    writer.reserve(256)
    writer.raw(format)
  }

  mutating func number(_ value: Int64?) {
    writer.byte(value == nil ? 0 : 1)
    if let value { writer.fixed(value) }
  }

  mutating func text(_ value: String?) {
    writer.byte(value == nil ? 0 : 1)
    if let value {
      writer.fixed(UInt32(value.utf8.count))
      writer.raw(value)
    }
  }
}
