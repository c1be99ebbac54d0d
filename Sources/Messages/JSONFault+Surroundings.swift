extension JSONFault {
  /// So much of the text is shown on either side of the place, in bytes.
  private static let reach = 20

  /// For people who typed the text: what was expected, what stands there, and the text around it, such as
  /// `byte 41: expected ',' or '}' after a value, but found '"' near …"points" "1"…`.
  package func description(in bytes: RawSpan) -> String {
    guard kind == .malformed else { return problem }
    var sentence = description
    if problem.hasPrefix("expected"), !problem.hasSuffix("the text ends") { sentence += ", but " + found(in: bytes) }
    guard bytes.byteCount > 0 else { return sentence }
    return sentence + " near " + surroundings(in: bytes)
  }

  private func found(in bytes: RawSpan) -> String {
    guard offset < bytes.byteCount else { return "the text ends" }
    let rest = String(
      decoding: bytes.extracting(offset..<min(offset + 4, bytes.byteCount)).copied(), as: UTF8.self)
    guard let scalar = rest.unicodeScalars.first else { return "the text ends" }
    switch scalar {
    case "\n", "\r": return "found a line break"
    case "\u{FFFD}": return "found bytes that are not UTF-8"
    default:
      guard scalar.isPrintable else { return "found a control character" }
      return "found '\(scalar)'"
    }
  }

  private func surroundings(in bytes: RawSpan) -> String {
    var start = max(0, min(offset, bytes.byteCount) - Self.reach)
    var end = min(bytes.byteCount, offset + Self.reach)
    // Whole characters; bytes that belong to none are shown as such.
    while start > 0, bytes[start] & 0xC0 == 0x80, start > offset - Self.reach - 4 { start -= 1 }
    while end < bytes.byteCount, bytes[end] & 0xC0 == 0x80, end < offset + Self.reach + 4 { end += 1 }
    let text = String(decoding: bytes.extracting(start..<end).copied(), as: UTF8.self)
    var shown = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { shown.append(scalar.isPrintable ? scalar : " ") }
    return (start > 0 ? "…" : "") + String(shown) + (end < bytes.byteCount ? "…" : "")
  }
}

extension Unicode.Scalar {
  /// Whether a line of text may have it: it controls neither a terminal nor the direction of what stands beside it, and
  /// XML can hold it.
  var isPrintable: Bool {
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: return false
    default: break
    }
    if properties.isNoncharacterCodePoint { return false }
    switch value {
    case 0x202A...0x202E, 0x2066...0x2069: return false
    default: return true
    }
  }
}
