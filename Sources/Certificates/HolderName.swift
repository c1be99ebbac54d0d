/// Names that may stand on a certificate, in any script.
package enum HolderName {
  package static let longest = 64

  /// What is wrong with a name; `nil` where it may stand.
  ///
  /// Refused is what could not be seen, or would make the rest look different: control characters, line breaks,
  /// direction marks, characters of private use.
  package static func problem(_ name: String) -> String? {
    guard !name.allSatisfy(\.isWhitespace) else { return "is empty" }
    guard name.first?.isWhitespace == false, name.last?.isWhitespace == false else {
      return "begins or ends with a blank"
    }
    guard name.count <= longest, name.utf8.count <= longest * 4 else {
      return "has \(name.count) characters; at most \(longest) are allowed"
    }
    for scalar in name.unicodeScalars where !isAllowed(scalar) {
      let number = String(scalar.value, radix: 16, uppercase: true)
      return
        "holds U+\(String(repeating: "0", count: max(0, 4 - number.count)))\(number), which is no visible character"
    }
    return nil
  }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    // Emoji and Persian need the joiners.
    if scalar.value == 0x200C || scalar.value == 0x200D { return true }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return false
    case .spaceSeparator: return scalar == " "
    default: return true
    }
  }
}
