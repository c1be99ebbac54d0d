/// One reader of foreign bytes, and what must hold for it whatever the bytes are.
///
/// A new one is a file beside this one, a line in `all`, and a folder of examples in `Tests/Fuzz/Corpus`.
package struct Harness: Sendable {
  /// The name of its folder in the corpus, and of its dictionary.
  package let name: String

  /// How long the inputs get that the fuzzer makes.
  package let maxBytes: Int

  /// Takes one input. Throws `BrokenPromise` where the reader does not keep what it promises; a crash ends the process.
  package let run: @Sendable ([UInt8]) throws -> Void

  package static let all = [
    Harness(name: "activity", maxBytes: 2048, run: ActivityHarness.run),
    Harness(name: "block", maxBytes: 2048, run: BlockHarness.run),
    Harness(name: "catalogue", maxBytes: 4096, run: CatalogueHarness.run),
    Harness(name: "job", maxBytes: 2048, run: JobHarness.run),
    Harness(name: "replies", maxBytes: 2048, run: RepliesHarness.run),
    Harness(name: "table", maxBytes: 2048, run: TableHarness.run),
    Harness(name: "texts", maxBytes: 512, run: TextsHarness.run),
  ]
}

/// A property that does not hold for an input.
package struct BrokenPromise: Error, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}

/// Throws unless the property holds.
func promise(_ holds: Bool, _ otherwise: @autoclosure () -> String) throws {
  guard holds else { throw BrokenPromise(otherwise()) }
}
