/// Finds lines and columns the way libyaml counts them.
enum TextPlace {
  /// The index of the scalar at a line and column, both counted from 1; `nil` behind the end of the text.
  static func index(line: Int, column: Int, in scalars: [Unicode.Scalar]) -> Int? {
    var currentLine = 1
    var currentColumn = 1
    for (index, scalar) in scalars.enumerated() {
      if currentLine == line, currentColumn == column { return index }
      let inCRLF = scalar == "\r" && index + 1 < scalars.count && scalars[index + 1] == "\n"
      if breaks.contains(scalar), !inCRLF {
        currentLine += 1
        currentColumn = 1
      } else {
        currentColumn += 1
      }
    }
    return nil
  }

  private static let breaks: Set<Unicode.Scalar> = ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"]
}
