import Testing

/// Holds the rules of the house that no compiler holds.
@Suite struct HouseRulesTests {
  /// Where memory is handled by hand: the C libraries, the threads, and the bytes of the wire.
  static let unsafeModules: Set<String> = ["RedisClient", "PostgresClient", "Lanes", "Messages"]
  /// `write(2)` takes a pointer, and libqrencode gives one.
  static let unsafeFiles: Set<String> = ["Sources/Puhui/Output/Console.swift", "Sources/Certificates/QRCode.swift"]

  let files: [SourceFile]

  init() throws {
    files = try SourceFile.all()
  }

  @Test func `unsafe memory stays in the modules that are made for it`() {
    let word =
      /\b(?:with)?Unsafe\w*|\bOpaquePointer\b|\bUnmanaged\b|\bunsafe(?:BitCast|Downcast|lyUnwrapped)\b|@unchecked\b|\bnonisolated\(unsafe\)/
    for file in files where !Self.unsafeModules.contains(file.module) && !Self.unsafeFiles.contains(file.path) {
      for (number, text) in file.code(with: "nsafe", "OpaquePointer", "Unmanaged", "unchecked") {
        if let found = text.firstMatch(of: word) {
          Issue.record(
            "\(file.path):\(number): \(found.0) belongs in \(Self.unsafeModules.sorted().joined(separator: ", "))")
        }
      }
    }
  }

  @Test func `no file has more than 400 lines`() {
    for file in files {
      #expect(file.lines.count <= 400, "\(file.path) has \(file.lines.count) lines: split it, Type+Aspect.swift")
    }
  }

  @Test func `no line has more than 120 columns`() {
    for file in files {
      for (index, line) in file.lines.enumerated() {
        #expect(
          line.count <= 120, "\(file.path):\(index + 1) has \(line.count) columns; no tool breaks comments for you")
      }
    }
  }

  @Test func `a file is named after a type that it holds`() {
    for file in files {
      let parts = file.name.split(separator: "+", maxSplits: 1)
      let declared = types(
        file.code(with: "struct ", "class ", "enum ", "actor ", "protocol ", "typealias "),
        /^\s*(?:@\w+\s+|[a-z]+\s+)*(?:struct|class|enum|actor|protocol|typealias)\s+(\w+)/)
      // `Outer.Inner` counts for both names.
      let extended = types(file.code(with: "extension "), /^\s*(?:[a-z]+\s+)*extension\s+([\w.]+)/)
      if parts.count == 2 {
        #expect(
          extended.contains(String(parts[0])),
          "\(file.path) extends no \(parts[0]); its name should be Type+Aspect.swift after one of \(extended.sorted())")
      } else {
        // A file of free functions, or of extensions of types without a name such as [UInt8], is named after its subject.
        let types = declared.union(extended)

        #expect(
          types.isEmpty || types.contains(file.name),
          "\(file.path) holds no \(file.name); name it after one of \(types.sorted())")
      }
    }
  }

  @Test func `nothing is left for later`() {
    let word = /\b(?:TODO|FIXME|XXX|HACK)\b/
    let words = ["TODO", "FIXME", "XXX", "HACK"]
    for file in files where words.contains(where: file.text.contains) {
      for (index, line) in file.lines.enumerated() where line.contains(word) {
        Issue.record("\(file.path):\(index + 1): do it, or write an issue: \(line)")
      }
    }
  }

  private func types(_ code: [(number: Int, text: String)], _ declaration: Regex<(Substring, Substring)>) -> Set<String>
  {
    Set(
      code.compactMap { $0.text.firstMatch(of: declaration)?.1 }.flatMap { $0.split(separator: ".") }.map(String.init))
  }
}
