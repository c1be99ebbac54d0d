import Foundation
import Testing

/// Holds the floor plan: the table of Sources/README.md, Package.swift and the imports of the code say the same.
@Suite struct FloorPlanTests {
  /// What comes with the toolchain and is as good as the language. Foundation is not among it: it would cost start-up
  /// time and size.
  static let language: Set<String> = ["Swift", "Glibc", "Synchronization"]

  let plan: FloorPlan
  let manifest: Manifest
  let files: [SourceFile]

  init() throws {
    plan = try FloorPlan.read()
    manifest = try Manifest.read()
    files = try SourceFile.all()
  }

  @Test func `every module has a row, and every row a module`() {
    let inTable = Set(plan.rows.map(\.module))
    let targets = Set(manifest.targets.filter { $0.folder.hasPrefix("Sources/") }.map(\.name))
    let folders = Set(files.map(\.module)).union(targets.filter { House.isFolder("Sources/\($0)") })
    #expect(plan.rows.count == inTable.count, "Sources/README.md lists a module twice")
    #expect(inTable == targets, "in one of the table and Package.swift only: \(inTable ^ targets)")
    #expect(inTable == folders, "in one of the table and the folder Sources only: \(inTable ^ folders)")
  }

  @Test func `a floor stands on lower floors only`() {
    for row in plan.rows {
      for name in row.ours {
        guard let other = plan[name] else {
          Issue.record("the row of \(row.module) allows \(name), which has no row")
          continue
        }
        #expect(other.floor < row.floor, "\(row.module) (\(row.floor)) may import \(name) (\(other.floor))")
      }
    }
  }

  @Test func `a file imports only what the row of its module lists`() {
    for file in files {
      guard let row = plan[file.module] else { continue }
      for (number, module) in file.imports where module != file.module && !Self.language.contains(module) {
        #expect(
          isAllowed(module, row), "\(file.path):\(number): \(row.module) may not import \(module); \(allowed(row))")
      }
    }
  }

  @Test func `a target depends only on what the row of its module lists`() {
    for target in manifest.targets {
      guard let row = plan[target.name] else { continue }
      for name in target.dependencies {
        #expect(isAllowed(name, row), "Package.swift lets \(row.module) depend on \(name); \(allowed(row))")
      }
    }
  }

  @Test func `a row lists nothing that its module does not import`() {
    for row in plan.rows where row.floor > 0 {
      let imports = Set(files.filter { $0.module == row.module }.flatMap { $0.imports.map(\.module) })
      let outside = Set(imports.map { FloorPlan.packages[$0] ?? $0 })
      let idle = row.ours.subtracting(imports).union(row.outside.subtracting(outside))
      #expect(idle.isEmpty, "\(row.module) may import \(idle.sorted().joined(separator: ", ")), and does not")
    }
  }

  @Test func `every target has its folder, and every folder of tests its target`() throws {
    for target in manifest.targets {
      #expect(House.isFolder(target.folder), "\(target.name) of Package.swift has no folder \(target.folder)")
    }
    let tests = try FileManager.default.contentsOfDirectory(
      atPath: House.root.appending(path: "Tests").path(percentEncoded: false))
    let named = Set(manifest.targets.map(\.folder))
    for folder in tests where folder.hasSuffix("Tests") {
      #expect(named.contains("Tests/\(folder)"), "Tests/\(folder) is in no target: its tests never run")
    }
  }

  private func isAllowed(_ module: String, _ row: FloorPlan.Row) -> Bool {
    row.ours.contains(module) || row.outside.contains(FloorPlan.packages[module] ?? module)
  }

  private func allowed(_ row: FloorPlan.Row) -> String {
    let names = (row.ours.sorted() + row.outside.sorted()).joined(separator: ", ")
    return "its row in Sources/README.md allows \(names.isEmpty ? "nothing" : names)"
  }
}

extension Set {
  /// What is in one of the two only.
  fileprivate static func ^ (left: Set, right: Set) -> Set { left.symmetricDifference(right) }
}
