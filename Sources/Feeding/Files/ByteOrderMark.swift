/// Takes the UTF-8 byte order mark off the start of a stream, however it is cut into chunks.
struct ByteOrderMark: Sendable {
  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
  /// The start of the stream while it is too short to tell; `nil` afterwards.
  private var head: [UInt8]? = []

  /// What the chunk adds to the stream without its mark; empty while that is not known.
  mutating func strip(_ chunk: [UInt8], isLast: Bool) -> [UInt8] {
    guard var start = head else { return chunk }
    start += chunk
    guard start.count >= Self.mark.count || isLast else {
      head = start
      return []
    }
    head = nil
    if start.starts(with: Self.mark) { start.removeFirst(Self.mark.count) }
    return start
  }
}
