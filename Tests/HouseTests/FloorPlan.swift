import Testing

/// The table of Sources/README.md: which module may import what.
struct FloorPlan {
  struct Row {
    let floor: Int
    let module: String
    /// Modules of ours, as the row lists them; `all` is spelled out.
    let ours: Set<String>
    /// Packages and libraries of others.
    let outside: Set<String>
  }

  let rows: [Row]

  /// Modules that belong to another name in the table's last column.
  static let packages = [
    "Crypto": "swift-crypto", "Logging": "swift-log", "UnixSignals": "ServiceLifecycle",
  ]

  subscript(module: String) -> Row? { rows.first { $0.module == module } }

  /// - Throws: if the page has no such table, or a row of it cannot be read.
  static func read() throws -> FloorPlan {
    let lines = try House.text("Sources/README.md").split(separator: "\n", omittingEmptySubsequences: false)
    let header = try #require(
      lines.firstIndex { $0.hasPrefix("| floor | module |") }, "Sources/README.md has no table `| floor | module | …`")
    var drafts: [(floor: Int, modules: [String], ours: [String], outside: [String])] = []
    for line in lines[(header + 2)...].prefix(while: { $0.hasPrefix("|") }) {
      let cells = line.split(separator: "|").map { $0.trimming(while: { $0 == " " }) }
      try #require(cells.count == 5, "this row of the table has \(cells.count) cells, not 5: \(line)")
      let floor = try #require(Int(cells[0]), "\"\(cells[0])\" is no floor: \(line)")
      drafts.append((floor, names(cells[1]), names(cells[3]), names(cells[4])))
    }
    // C libraries are behind the client modules: `all` does not open them.
    let swiftModules = drafts.filter { $0.floor > 0 }.flatMap(\.modules)
    let rows = drafts.flatMap { draft in
      draft.modules.map { module in
        let ours = draft.ours == ["all"] ? Set(swiftModules).subtracting([module]) : Set(draft.ours)
        return Row(floor: draft.floor, module: module, ours: ours, outside: Set(draft.outside))
      }
    }
    return FloorPlan(rows: rows)
  }

  private static func names(_ cell: Substring) -> [String] {
    cell.split(separator: ",").map { String($0.trimming(while: { " `".contains($0) })) }.filter { $0 != "–" }
  }
}

extension Substring {
  /// Without the characters of that kind at both ends.
  func trimming(while isUnwanted: (Character) -> Bool) -> Substring {
    var rest = drop(while: isUnwanted)
    while let last = rest.last, isUnwanted(last) { rest.removeLast() }
    return rest
  }
}
