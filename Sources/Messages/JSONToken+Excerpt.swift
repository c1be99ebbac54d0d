extension JSONToken {
  /// So much of a value is quoted in a sentence, in bytes.
  private static let excerptBytes = 40

  /// The value as it stands in the text, cut where it is long. The scanner has seen that it is text without control
  /// characters.
  func excerpt(in bytes: RawSpan) -> String {
    var end = range.upperBound
    if range.count > Self.excerptBytes {
      end = range.lowerBound + Self.excerptBytes
      while bytes[end] & 0xC0 == 0x80 { end -= 1 }
    }
    let text = bytes.extracting(range.lowerBound..<end).text() ?? ""
    let shown = end < range.upperBound ? text + "…" : text
    return kind == .string ? "\"\(shown)\"" : shown
  }
}
