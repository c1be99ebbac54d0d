import Foundation
import Testing

/// The folder of the project, found from this file.
enum House {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  static func isFolder(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    let exists = FileManager.default.fileExists(
      atPath: root.appending(path: path).path(percentEncoded: false), isDirectory: &isDirectory)
    return exists && isDirectory.boolValue
  }
}

/// One Swift file of Sources.
struct SourceFile {
  /// The path within the project, as `Sources/Lanes/Lane.swift`.
  let path: String
  let text: String
  let lines: [String]

  var module: String { String(path.split(separator: "/")[1]) }

  /// The name without folders and `.swift`.
  var name: String { String(path.split(separator: "/").last?.dropLast(".swift".count) ?? "") }

  /// The lines that hold one of the words, with their numbers and without what stands behind `//`.
  ///
  /// Asked before a regular expression, which is slow in a debug build.
  func code(with words: String...) -> [(number: Int, text: String)] {
    guard words.contains(where: text.contains) else { return [] }
    return lines.enumerated().filter { _, line in words.contains { line.contains($0) } }.map { index, line in
      (index + 1, line.components(separatedBy: "//")[0])
    }
  }

  var imports: [(number: Int, module: String)] {
    let statement =
      /^\s*(?:@\w+\s+)*(?:[a-z]+\s+)?import\s+(?:(?:struct|class|enum|func|let|protocol|typealias)\s+)?(\w+)/
    return code(with: "import ").compactMap { number, text in
      text.firstMatch(of: statement).map { (number, String($0.1)) }
    }
  }

  /// All of them, sorted by path.
  static func all() throws -> [SourceFile] {
    let base = House.root.appending(path: "Sources")
    let found = try #require(
      FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil), "there is no folder Sources")
    let prefix = House.root.path(percentEncoded: false)
    return try found.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.map { url in
      let text = try String(contentsOf: url, encoding: .utf8)
      var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      if lines.last == "" { lines.removeLast() }
      let path = String(url.path(percentEncoded: false).dropFirst(prefix.count).drop { $0 == "/" })
      return SourceFile(path: path, text: text, lines: lines)
    }.sorted { $0.path < $1.path }
  }
}
