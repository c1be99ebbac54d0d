internal import Yams

/// One YAML document as a tree of nodes that know their places.
///
/// Scalars stay the text that was written: nothing becomes a floating-point number or a date on the way.
struct YAMLDocument {
  let root: Node
  let masks: KeyMasks

  /// Parses a text; `nil` and a fault where it is not one YAML document.
  static func compose(_ text: String, log: FaultLog) -> YAMLDocument? {
    // Yams hands libyaml a pointer into the text, which a string of up to 15 bytes keeps only for the moment.
    let text = text.utf8.count < 16 ? text + String(repeating: " ", count: 16) : text
    var masks = KeyMasks(text: text)
    while true {
      do {
        let parser = try Parser(yaml: masks.text, resolver: .basic, encoding: .utf8)
        if let root = try parser.singleRoot() { return YAMLDocument(root: root, masks: masks) }
        log.add(CatalogueFault(line: 1, column: 1, path: "", reason: "the file is empty"))
        return nil
      } catch YamlError.duplicatedKeysInMapping(let names, let context) {
        if let name = names.first, masks.mask(name, at: context.mark) { continue }
        log.add(
          CatalogueFault(
            line: context.mark.line, column: context.mark.column, path: "",
            reason: "keys are used twice: " + names.joined(separator: ", ")))
        return nil
      } catch {
        log.add(fault(error, in: text))
        return nil
      }
    }
  }

  private static func fault(_ error: any Error, in text: String) -> CatalogueFault {
    switch error {
    case YamlError.composer(_, problem: "but found another document", let mark, _):
      return fault(mark.line, mark.column, "begins a second YAML document; a catalogue is one document")
    case YamlError.composer(let context, let problem, let mark, _),
      YamlError.scanner(let context, let problem, let mark, _),
      YamlError.parser(let context, let problem, let mark, _):
      let problem = (context.map { "\($0.text) " } ?? "") + problem + hint(at: mark, in: text)
      return fault(mark.line, mark.column, "is not YAML: " + problem)
    case YamlError.reader(let problem, let offset, _, _):
      let before = text.prefix(offset ?? 0)
      let lastLine = before.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).last ?? before
      return fault(
        before.count(where: \.isNewline) + 1, lastLine.unicodeScalars.count + 1, "is not YAML: " + problem)
    default:
      return fault(1, 1, "is not YAML: \(error)")
    }
  }

  private static func fault(_ line: Int, _ column: Int, _ reason: String) -> CatalogueFault {
    CatalogueFault(line: line, column: column, path: "", reason: reason)
  }

  /// The one mistake whose message nobody understands.
  private static func hint(at mark: Mark, in text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    guard let index = TextPlace.index(line: mark.line, column: mark.column, in: scalars), scalars[index] == "\t" else {
      return ""
    }
    return " (a tab: YAML is indented with spaces)"
  }
}
