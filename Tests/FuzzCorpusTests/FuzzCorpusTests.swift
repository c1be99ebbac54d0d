import Feeding
import Foundation
import FuzzHarnesses
import Testing

/// Gives the fuzzer's corpus to its harnesses without the fuzzer: what once broke a reader stays mended.
@Suite struct FuzzCorpusTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fuzz/Corpus")
  /// For each harness.
  private static let walk = Duration.seconds(3)

  @Test(arguments: Harness.all.map(\.name))
  func `every input of the corpus is taken`(name: String) throws {
    let harness = try #require(Harness.all.first { $0.name == name })
    for (file, bytes) in try Self.inputs(of: name) {
      do {
        try harness.run(bytes)
      } catch {
        Issue.record("\(name)/\(file): \(error)")
      }
    }
  }

  /// A short walk off the beaten track, another one each time: bytes turned, doubled, cut and swapped between inputs.
  /// PUHUI_FUZZ_SEED walks the same way again.
  @Test(arguments: Harness.all.map(\.name))
  func `inputs like those of the corpus are taken`(name: String) throws {
    let harness = try #require(Harness.all.first { $0.name == name })
    let corpus = try Self.inputs(of: name).map(\.bytes)
    let wanted = ProcessInfo.processInfo.environment["PUHUI_FUZZ_SEED"].flatMap { UInt64($0) }
    let seed = wanted ?? UInt64.random(in: 1...999_999_999)
    // Told beforehand: a trap ends the process.
    print("\(name): PUHUI_FUZZ_SEED=\(seed)")
    var random = SeededRandom(seed: seed)
    let start = ContinuousClock.now
    var turn = 0
    while start.duration(to: .now) < Self.walk {
      turn += 1
      let input = mutated(corpus, maxBytes: harness.maxBytes, &random)
      do {
        try harness.run(input)
      } catch {
        Issue.record("\(name), turn \(turn) of PUHUI_FUZZ_SEED=\(seed): \(error)")
        return
      }
    }
  }

  private static func inputs(of name: String) throws -> [(file: String, bytes: [UInt8])] {
    let files = try FileManager.default.contentsOfDirectory(
      at: folder.appending(path: name), includingPropertiesForKeys: nil)
    try #require(!files.isEmpty, "the harness \(name) has no corpus")
    return try files.map { ($0.lastPathComponent, try Array(Data(contentsOf: $0))) }.sorted { $0.0 < $1.0 }
  }
}

/// One of the inputs with a few changes.
private func mutated(_ corpus: [[UInt8]], maxBytes: Int, _ random: inout SeededRandom) -> [UInt8] {
  var bytes = corpus.randomElement(using: &random) ?? []
  for _ in 0..<Int.random(in: 1...4, using: &random) {
    let place = Int.random(in: 0...bytes.count, using: &random)
    let other = corpus.randomElement(using: &random) ?? []
    let start = Int.random(in: 0...other.count, using: &random)
    let piece = other[start..<min(other.count, start + Int.random(in: 0...24, using: &random))]
    switch Int.random(in: 0..<4, using: &random) {
    case 0 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case 1: bytes.insert(contentsOf: piece, at: place)
    case 2: bytes.replaceSubrange(place..<min(bytes.count, place + piece.count), with: piece)
    default: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...8, using: &random)))
    }
  }
  return Array(bytes.prefix(maxBytes))
}
