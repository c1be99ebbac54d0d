internal import CarbonInclusion
internal import Yams

/// A node of the document together with its path: reads what should stand there, or logs what is wrong with it.
///
/// A reader that returns `nil` has logged why, so a caller can read on and find the other faults.
struct YAMLCursor {
  let node: Node
  let path: String
  let masks: KeyMasks
  let log: FaultLog

  var line: Int { node.mark?.line ?? 1 }

  /// Logs that this place is wrong.
  func fault(_ reason: String) { fault(reason, at: node, path: path) }

  /// The members of a mapping that may only have the given keys.
  func mapping(keys: [String]) -> YAMLMapping? {
    guard let mapping = node.mapping else {
      fault("is \(kind), but has to be a mapping with the keys " + keys.joined(separator: ", "))
      return nil
    }
    var members: [String: YAMLCursor] = [:]
    var meant: Set<String> = []
    var lines: [String: Int] = [:]
    for (key, value) in mapping {
      guard let name = masks.name(of: key) else {
        fault("a key has to be a plain word", at: key, path: path)
        continue
      }
      guard keys.contains(name) else {
        fault(reason(forUnknownKey: name, known: keys), at: key, path: path(of: name))
        if let nearest = Suggestion.nearest(to: name, among: keys) { meant.insert(nearest) }
        continue
      }
      if let line = lines[name] {
        fault("the key is used already in line \(line)", at: key, path: path(of: name))
        continue
      }
      lines[name] = key.mark?.line ?? line
      members[name] = YAMLCursor(node: value, path: path(of: name), masks: masks, log: log)
    }
    return YAMLMapping(cursor: self, members: members, meant: meant)
  }

  /// The items of a list, which may be empty.
  func list() -> [YAMLCursor]? {
    guard let sequence = node.sequence else {
      fault("is \(kind), but has to be a list; write [] for an empty one")
      return nil
    }
    return sequence.enumerated().map { index, item in
      YAMLCursor(node: item, path: "\(path)[\(index)]", masks: masks, log: log)
    }
  }

  /// The text of a scalar exactly as written, never empty.
  func scalar(_ expected: String) -> String? {
    guard let scalar = node.scalar else {
      fault("is \(kind), but has to be \(expected)")
      return nil
    }
    guard !isBlank else {
      fault("has no value, but has to be \(expected)")
      return nil
    }
    return scalar.string
  }

  /// Whether a value should stand here, but nothing does: a null or an empty text.
  var isBlank: Bool {
    guard let scalar = node.scalar else { return false }
    return scalar.string.isEmpty
      || (scalar.style == .plain && ["~", "null", "Null", "NULL"].contains(scalar.string))
  }

  private var kind: String {
    switch node {
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .scalar(let scalar): isBlank ? "empty" : "the single value \"\(scalar.string)\""
    case .alias: "an alias"
    }
  }

  private func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  private func reason(forUnknownKey name: String, known: [String]) -> String {
    if name == "<<" { return "merge keys are not read; write the keys out, or use aliases for single values" }
    return "unknown key \"\(name)\"" + Suggestion.tail(for: name, among: known)
  }

  private func fault(_ reason: String, at node: Node, path: String) {
    log.add(
      CatalogueFault(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1, path: path, reason: reason))
  }
}
