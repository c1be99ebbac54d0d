internal import CarbonInclusion

/// The codes that a section defines, for the sections that name them.
///
/// A code counts as defined also where the rest of its entry is wrong: one mistake shall not be reported twice.
struct DefinedCodes {
  /// What the codes stand for, in messages: `behaviour`.
  let noun: String
  private(set) var codes: [String] = []
  private var lines: [String: Int] = [:]

  /// The section that defines the codes cannot be read, so none of them can be called undefined.
  private let isUnknown: Bool

  init(noun: String, isUnknown: Bool = false) {
    self.noun = noun
    self.isUnknown = isUnknown
  }

  /// Reads a new code and remembers it; refuses one that is used already or does not follow the pattern.
  mutating func define(_ cursor: YAMLCursor?) -> String? {
    guard let cursor, let text = cursor.scalar("a \(noun) code") else { return nil }
    if let line = lines[text] {
      cursor.fault("the \(noun) \"\(text)\" is defined already in line \(line)")
      return nil
    }
    lines[text] = cursor.line
    codes.append(text)
    guard Self.isCode(text) else {
      cursor.fault("\"\(text)\" is no code: 2 to 40 of a-z, 0-9 and -, the first no -")
      return nil
    }
    return text
  }

  /// Reads a code that has to be defined; `nil` and a fault where it is not.
  func resolve(_ cursor: YAMLCursor?) -> String? {
    guard let cursor, let text = cursor.scalar("a \(noun) code") else { return nil }
    guard isUnknown || lines[text] != nil else {
      cursor.fault("there is no \(noun) \"\(text)\"" + Suggestion.tail(for: text, among: codes))
      return nil
    }
    return text
  }

  /// Reads a list of at least one defined code, none of them twice; each comes with its place.
  func resolveList(_ cursor: YAMLCursor?) -> [(code: String, cursor: YAMLCursor)]? {
    guard let cursor, let items = cursor.list() else { return nil }
    if items.isEmpty { cursor.fault("names no \(noun); at least one is needed") }
    var seen: [(code: String, cursor: YAMLCursor)] = []
    for item in items {
      guard let code = resolve(item) else { continue }
      if seen.contains(where: { $0.code == code }) {
        item.fault("names \"\(code)\" twice")
      } else {
        seen.append((code, item))
      }
    }
    return seen.count == items.count && !items.isEmpty ? seen : nil
  }

  /// The contract's `[a-z0-9][a-z0-9-]{1,39}`.
  static func isCode(_ text: String) -> Bool {
    let alphanumeric: (UInt8) -> Bool = { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    guard (2...40).contains(text.utf8.count), let first = text.utf8.first, alphanumeric(first) else { return false }
    return text.utf8.allSatisfy { alphanumeric($0) || $0 == UInt8(ascii: "-") }
  }
}
