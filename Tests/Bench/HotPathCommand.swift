import ArgumentParser
import CarbonInclusion
import CatalogueFile
import Feeding
import Foundation
import Messages

/// One stage of a message's way, over and over, for an instrument that counts instructions or allocations.
///
/// The difference between two runs that differ in `--passes` alone is the stage's own cost: what both prepare cancels.
struct HotPathCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hot-path", abstract: "Run one stage of a message's way again and again.",
    discussion: "Example: valgrind --tool=callgrind BenchCommand hot-path --stage decode --passes 2")

  enum Stage: String, CaseIterable, ExpressibleByArgument {
    /// A partner's JSON to an activity, its form judged.
    case decode
    /// Activities to a block.
    case encode
    /// A block to activities.
    case unpack
    /// Activities to what the ledger books: the rules of the catalogue.
    case score
  }

  @Option(help: "One of decode, encode, unpack, score.") var stage: Stage
  @Option(help: "How many messages a pass takes.") var messages = 2_000
  @Option(help: "How many passes.") var passes = 1
  @Option(help: "The catalogue to score by.") var catalogue = "deploy/catalogue/shanxi.yaml"

  func run() throws {
    let pass = try prepared()
    var done = 0
    for _ in 0..<passes { done += try pass() }
    print("\(stage.rawValue): \(done) messages in \(passes) passes")
  }

  /// - Returns: one pass, which says how many messages it dealt with.
  private func prepared() throws -> () throws -> Int {
    let texts = try traffic()
    switch stage {
    case .decode:
      return { texts.count { if case .activity = ActivityDecoder.decode($0) { true } else { false } } }
    case .encode:
      let decoded = texts.map { (text: $0, message: ActivityDecoder.decode($0)) }
      return { Self.blocks(decoded).count > 0 ? decoded.count : 0 }
    case .unpack:
      let blocks = Self.blocks(texts.map { ($0, ActivityDecoder.decode($0)) }).map(Self.stamped)
      return { try blocks.reduce(0) { try $0 + Block.decode($1).entries.count } }
    case .score:
      let trials = try scorings()
      return { trials.reduce(0) { $0 + $1.judge().entries.count } }
    }
  }

  private func traffic() throws -> [[UInt8]] {
    var model = TrafficModel(try TrafficPlan.source(seed: 1, messages: messages))
    return (0..<messages).map { _ in model.next().message }
  }

  private static func blocks(_ decoded: [(text: [UInt8], message: DecodedMessage)]) -> [[UInt8]] {
    var builder = BlockBuilder(partner: "meituan-bike", incarnation: 1, from: 0)
    var blocks: [[UInt8]] = []
    for (position, item) in decoded.enumerated() {
      if builder.append(item.message, payload: item.text, at: Int64(position)) { continue }
      blocks.append(builder.encoded(coveringTo: Int64(position)))
      builder.restart(from: Int64(position))
      _ = builder.append(item.message, payload: item.text, at: Int64(position))
    }
    return blocks + [builder.encoded(coveringTo: Int64(decoded.count))]
  }

  private static func stamped(_ block: [UInt8]) -> [UInt8] {
    let magic = BlockFormat.magic.count
    return block[..<magic] + [UInt8](repeating: 0, count: BlockFormat.stampBytes) + block[magic...]
  }

  private func scorings() throws -> [PreparedScoring] {
    guard let text = FileManager.default.contents(atPath: catalogue) else {
      throw BenchFault("\(catalogue) cannot be read")
    }
    let read = try CatalogueFile.read(text: String(decoding: text, as: UTF8.self), fileName: catalogue)
    let policy = Policy(version: 1, catalogue: read, numbers: .counted(read))
    let now = try Day.read("2022-12-01").start(utcOffsetSeconds: 28_800)
    return PreparedBatch.prepare(
      try .source(seed: 1, messages: messages), count: messages, size: 500, policy: policy, now: now
    ).map(\.scoring)
  }
}

extension Policy.Numbers {
  /// As a database gives them that has seen one catalogue.
  fileprivate static func counted(_ catalogue: Catalogue) -> Policy.Numbers {
    func counted<Code: Hashable, Number: BinaryInteger>(_ codes: [Code]) -> [Code: Number] {
      Dictionary(uniqueKeysWithValues: codes.enumerated().map { ($1, Number($0 + 1)) })
    }
    return Policy.Numbers(
      partners: counted(catalogue.partners.map(\.code)), behaviours: counted(catalogue.behaviours.map(\.code)),
      factors: counted(catalogue.factors.map(\.version)))
  }
}
