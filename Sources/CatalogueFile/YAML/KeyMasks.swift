internal import Yams

/// Lets a file with a key used twice be read to its end.
///
/// Yams stops at such a file, says where the first of the keys is, and not a word about anything behind it. So the
/// first letter of that key is overwritten with a letter nobody types, the file is parsed again, and the key's true
/// name is kept beside its place. The second key is then reported like any other fault, together with all of them.
struct KeyMasks {
  private struct Place: Hashable {
    var line: Int
    var column: Int
  }

  /// The text with its masks.
  private(set) var text: String
  private var names: [Place: String] = [:]

  /// Each masked key costs one parse: behind so many, Yams' own message has to do.
  private static let most = 64

  init(text: String) { self.text = text }

  /// Masks one key; `false` where the text at that place is not plainly the key's name, or where masks ran out.
  mutating func mask(_ name: String, at mark: Mark) -> Bool {
    let place = Place(line: mark.line, column: mark.column)
    var scalars = Array(text.unicodeScalars)
    guard names.count < Self.most, names[place] == nil, let first = name.unicodeScalars.first,
      var index = TextPlace.index(line: mark.line, column: mark.column, in: scalars)
    else { return false }
    if scalars[index] == "\"" || scalars[index] == "'" { index += 1 }
    guard index < scalars.count, scalars[index] == first,
      let mask = Unicode.Scalar(UInt32(0xE000 + names.count))
    else { return false }
    scalars[index] = mask
    text = String(String.UnicodeScalarView(scalars))
    names[place] = name
    return true
  }

  /// What stands in the file as the name of a key; `nil` for a key that is no scalar.
  func name(of key: Node) -> String? {
    guard let scalar = key.scalar else { return nil }
    return scalar.mark.flatMap { names[Place(line: $0.line, column: $0.column)] } ?? scalar.string
  }
}
