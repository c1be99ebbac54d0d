import Foundation
import Testing

/// What Package.swift says about the targets, read as text: nothing is built or resolved for it.
struct Manifest {
  struct Target {
    let kind: String
    let name: String
    /// Names of targets and of products.
    let dependencies: Set<String>
    /// Where it is, if it says so.
    let path: String?

    var folder: String { path ?? (kind == "testTarget" ? "Tests/\(name)" : "Sources/\(name)") }
  }

  let targets: [Target]

  static func read() throws -> Manifest {
    let text = try House.text("Package.swift")
    let start = try #require(text.range(of: "targets: ["), "Package.swift has no `targets: [`").upperBound
    let list = text[start...]
    let pieces = list.matches(of: /\.(target|executableTarget|testTarget|systemLibrary)\(\s*name: "(\w+)"/)
    let targets = pieces.enumerated().map { index, piece in
      let end = index + 1 < pieces.count ? pieces[index + 1].range.lowerBound : list.endIndex
      let body = list[piece.range.upperBound..<end]
      return Target(
        kind: String(piece.1), name: String(piece.2), dependencies: dependencies(body),
        path: body.firstMatch(of: /path: "([^"]+)"/).map { String($0.1) })
    }
    try #require(!targets.isEmpty, "no target was found in Package.swift")
    return Manifest(targets: targets)
  }

  private static func dependencies(_ body: Substring) -> Set<String> {
    guard let list = body.firstMatch(of: /dependencies: \[(?<items>[^\]]*)\]/) else { return [] }
    let withoutPackages = list.items.replacing(/, package: "[^"]*"/, with: "")
    return Set(withoutPackages.matches(of: /"([^"]+)"/).map { String($0.1) })
  }
}
