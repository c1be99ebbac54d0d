/// Text in SVG: escaping, and how much room it takes.
enum SVGText {
  private static let entities: [(byte: UInt8, text: [UInt8])] = [
    (UInt8(ascii: "&"), Array("&amp;".utf8)), (UInt8(ascii: "<"), Array("&lt;".utf8)),
    (UInt8(ascii: ">"), Array("&gt;".utf8)), (UInt8(ascii: "\""), Array("&quot;".utf8)),
  ]

  /// As it stands between tags, and in attributes.
  static func escaped(_ text: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "&"): bytes += entities[0].text
      case UInt8(ascii: "<"): bytes += entities[1].text
      case UInt8(ascii: ">"): bytes += entities[2].text
      case UInt8(ascii: "\""): bytes += entities[3].text
      // No XML holds these, escaped or not.
      case 0..<0x20: bytes.append(UInt8(ascii: "?"))
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What `escaped` was made of.
  static func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var rest = text
    while let mark = rest.firstIndex(of: UInt8(ascii: "&")) {
      bytes += rest[..<mark]
      let entity = entities.first { rest[mark...].starts(with: $0.text) }
      bytes.append(entity?.byte ?? UInt8(ascii: "&"))
      rest = rest[(mark + (entity?.text.count ?? 1))...]
    }
    return bytes + rest
  }

  /// About how wide a text is, in thousandths of its size; rather too much than too little: nobody knows the font.
  ///
  /// By code points and nothing else: a picture has to come out the same wherever it is drawn again.
  static func width(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + width($1) } }

  private static func width(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case 0x20, 0x2E, 0x2C, 0x3A, 0x3B, 0x27, 0x69, 0x6A, 0x6C, 0x21, 0x7C: 300
    case 0x28, 0x29, 0x2D, 0x5B, 0x5D, 0x66, 0x72, 0x74, 0x49, 0xB7: 400
    case 0x40, 0x57, 0x4D, 0x6D, 0x77, 0x25: 960
    case 0x41...0x5A: 700
    case 0x21...0x7E: 590
    case 0x300...0x36F, 0x200C, 0x200D, 0xFE00...0xFE0F, 0x1F3FB...0x1F3FF: 0
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0xFFE0...0xFFE6, 0x20000...0x3FFFD:
      1000
    case 0x2600...0x27BF, 0x1F000...0x1FAFF: 1300
    default: 720
    }
  }

  /// The text and its size, such that it has room: smaller down to `smallest`, then cut with an ellipsis.
  static func fitted(_ text: String, into room: Int, size: Int, smallest: Int) -> (text: String, size: Int) {
    let width = max(width(text), 1)
    let fitting = min(size, room * 1000 / width)
    guard fitting < smallest else { return (text, fitting) }
    var kept = Array(text.unicodeScalars)
    var left = width
    let most = room * 1000 / smallest - 1000
    while left > most, let last = kept.popLast() { left -= self.width(last) }
    // What only changes the character before it must not be all that is left of a character.
    while let last = kept.last, last.value == 0x20 || last.value == 0x200D { kept.removeLast() }
    var cut = ""
    cut.unicodeScalars.append(contentsOf: kept)
    return (cut + "…", smallest)
  }
}
