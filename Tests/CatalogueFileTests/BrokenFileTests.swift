import CarbonInclusion
import CatalogueFile
import Testing

/// Whatever a slip of the hand does to the shipped file, the reader answers.
@Suite struct BrokenFileTests {
  private static let shards = 8

  @Test(arguments: 0..<shards)
  func `one letter lost never ends the reader, and a fault names a line of the file`(shard: Int) throws {
    let scalars = Array(try ShippedCatalogue.text().unicodeScalars)
    for (turn, index) in Self.telling(scalars).enumerated() where turn % Self.shards == shard {
      var rest = String.UnicodeScalarView()
      rest.append(contentsOf: scalars[..<index])
      rest.append(contentsOf: scalars[(index + 1)...])
      try Self.check(String(rest), "the letter at \(index) left out")
    }
  }

  @Test(arguments: [
    "\t", "\"", "'", "{", "]", ":", "#", "&", "*", "\u{0}", "\u{E000}", "\n", "- ", "? ", "|", "%", "---",
  ])
  func `one letter too many never ends the reader`(letter: String) throws {
    let scalars = Array(try ShippedCatalogue.text().unicodeScalars)
    for index in stride(from: 0, to: scalars.count, by: 499) {
      var text = String.UnicodeScalarView()
      text.append(contentsOf: scalars[..<index])
      text.append(contentsOf: letter.unicodeScalars)
      text.append(contentsOf: scalars[index...])
      try Self.check(String(text), "\(letter.debugDescription) put in at \(index)")
    }
  }

  @Test func `a fault of the shortest file is in one of its lines, or where the next would begin`() {
    for text in ["{a", "[", "a: [b", "- {", "\"a", "a: 'b"] {
      let fault = #expect(throws: CatalogueFaults.self) { try CatalogueFile.read(text: text, fileName: "c.yaml") }
      #expect(fault?.faults.allSatisfy { (1...2).contains($0.line) } == true, "\(text): \(String(describing: fault))")
    }
  }

  @Test func `a file cut off anywhere never ends the reader`() throws {
    let scalars = Array(try ShippedCatalogue.text().unicodeScalars)
    for end in stride(from: 0, to: scalars.count, by: 71) {
      var text = String.UnicodeScalarView()
      text.append(contentsOf: scalars[..<end])
      try Self.check(String(text), "cut off at \(end)")
    }
  }

  /// Reads; a refusal has to name at least one place, in the file and in order.
  private static func check(_ text: String, _ what: String) throws {
    do throws(CatalogueFaults) {
      _ = try CatalogueFile.read(text: text, fileName: "shanxi.yaml")
    } catch {
      let lines = text.unicodeScalars.count { $0 == "\n" } + 1
      #expect(!error.faults.isEmpty, "\(what): refused without a fault")
      // Behind the last line is the end of the file.
      #expect(error.faults.allSatisfy { (1...lines + 1).contains($0.line) && $0.column >= 1 }, "\(what): \(error)")
      #expect(error.faults.map(\.line) == error.faults.map(\.line).sorted(), "\(what): \(error)")
    }
  }

  /// Where a letter can matter: every sign, every third letter of a word, nothing inside of comments.
  private static func telling(_ scalars: [Unicode.Scalar]) -> [Int] {
    var indices: [Int] = []
    var inComment = false
    for (index, scalar) in scalars.enumerated() {
      if scalar == "\n" { inComment = false }
      if !inComment, !scalar.properties.isAlphabetic || index.isMultiple(of: 3) { indices.append(index) }
      if scalar == "#" { inComment = true }
    }
    return indices
  }
}
