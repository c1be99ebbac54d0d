import CarbonInclusion
import Messages
import Testing

struct BlockTests {
  private static let golden = """
    504842310c6d65697475616e2d62696b65000000000000000300000000000003e8f403030000fe141d897163be69bbcca6de
    0cf1396d8d046d742d311c6f365f626d6a7250546c6d365f327367567437684d5a4f50664c324d107368617265642d62696b
    652d726964658084d8d89fa4f70580ade20402ff8389a40a928d110c62696b653a38363230333331a0cb9801ee9c02070001
    50999f53705d1c49b40a2a7c498bb2f7046d742d320172046d742d318084d8d89fa4f705f30301020d6d697373696e675f66
    69656c64216669656c6420226964223a2072657175697265642c20627574206d697373696e67017203ff7b7d6aaee216c6fb
    2ae3
    """

  @Test func `a block has its golden bytes, and reads back from them`() throws {
    var builder = BlockBuilder(partner: "meituan-bike", incarnation: 3, from: 1000)
    let entries = try Self.goldenEntries()
    for entry in entries { expectTaken(builder.append(entry)) }
    let encoded = builder.encoded(coveringTo: 1500)
    #expect(hexadecimal(encoded) == Self.golden.filter { !$0.isWhitespace })

    let block = try Block.decode(stamped(encoded, milliseconds: 1_669_681_380_123))
    #expect(block.pushedAtMilliseconds == 1_669_681_380_123)
    #expect(block.partner == "meituan-bike")
    #expect(block.incarnation == 3)
    #expect(block.positions == 1000..<1500)
    #expect(block.entries == entries)
  }

  @Test(arguments: [UInt64(41), 42, 43])
  func `generated messages survive a block`(seed: UInt64) throws {
    let (encoded, entries) = Self.generated(seed: seed, count: 300)
    let block = try Block.decode(stamped(encoded, milliseconds: Int64(seed)))
    #expect(block.entries == entries)
    #expect(block.positions == 70..<10_000)
  }

  @Test func `extreme values survive a block`() throws {
    let activity = Activity(
      id: "", resident: "", report: .act(behaviour: "", quantity: Quantity(millionths: .min), unit: .item),
      endedAt: Instant(microseconds: .max), startedAt: Instant(microseconds: .min), region: Region(code: .min),
      evidence: "", claimedMilligrams: .max, sequence: .min)
    var builder = BlockBuilder(partner: "p0", incarnation: .min, from: .max - 1)
    expectTaken(builder.append(activity, digest: Digest(high: .max, low: 0), at: .max - 1))
    let block = try Block.decode(stamped(builder.encoded(coveringTo: .max), milliseconds: .min))
    #expect(block.entries.map(\.content) == [.activity(activity, Digest(high: .max, low: 0))])
    #expect(block.positions == .max - 1 ..< .max)
  }

  @Test func `retried dead letters survive a block, beside messages and at positions of long ago`() throws {
    let ride = Activity(
      id: "i", resident: "r", report: .act(behaviour: "ab", quantity: .one, unit: .kilometre),
      endedAt: Instant(seconds: 0))
    let refused = RefusedMessage(refusal: Refusal(.poison, "why"), id: nil, resident: nil, payload: [0xFF, 0])
    let burial = Block.Burial(shard: 31, content: Digest(high: .max, low: 1))
    let entries = [
      Block.Entry(position: 3, content: .activity(ride, ContentDigest.of(ride)), retrying: burial),
      Block.Entry(position: 4, content: .activity(ride, ContentDigest.of(ride))),
      Block.Entry(position: 70_000, content: .refused(refused), retrying: burial),
    ]
    var builder = BlockBuilder(partner: "p0", incarnation: 9, from: 3)
    for entry in entries { expectTaken(builder.append(entry)) }
    let block = try Block.decode(stamped(builder.encoded(coveringTo: 70_001), milliseconds: 0))
    #expect(block.entries == entries)
    #expect(block.positions == 3..<70_001)
  }

  @Test func `each unit and each reason keeps its place`() throws {
    var builder = BlockBuilder(partner: "p0", incarnation: 0, from: 0)
    var expected: [Block.Content] = []
    for unit in MeasureUnit.allCases {
      let report = Activity.Report.act(behaviour: "ab", quantity: .one, unit: unit)
      let activity = Activity(id: "i", resident: "r", report: report, endedAt: Instant(seconds: 0))
      expectTaken(builder.append(activity, digest: ContentDigest.of(activity), at: Int64(expected.count)))
      expected.append(.activity(activity, ContentDigest.of(activity)))
    }
    for reason in RefusalReason.allCases {
      let message = RefusedMessage(refusal: Refusal(reason, "why"), id: "i", resident: nil, payload: [])
      expectTaken(builder.append(message, at: Int64(expected.count)))
      expected.append(.refused(message))
    }
    let block = try Block.decode(stamped(builder.encoded(coveringTo: Int64(expected.count)), milliseconds: 0))
    #expect(block.entries.map(\.content) == expected)
  }

  @Test func `a block is full at its number of entries, and is used again after`() throws {
    var builder = BlockBuilder(partner: "p0", incarnation: 1, from: 0)
    let message = ActivityDecoder.decode([])
    for position in 0..<Int64(Block.maxEntries) {
      expectTaken(builder.append(message, payload: [], at: position))
    }
    expectTaken(!builder.append(message, payload: [], at: 5000))
    #expect(
      try Block.decode(stamped(builder.encoded(coveringTo: 5000), milliseconds: 0)).entries.count == Block.maxEntries)
    builder.restart(from: 5000)
    #expect(builder.isEmpty)
    expectTaken(builder.append(message, payload: [], at: 5000))
    #expect(try Block.decode(stamped(builder.encoded(coveringTo: 5001), milliseconds: 0)).positions == 5000..<5001)
  }

  @Test func `a block is full before it has too many bytes, and payloads are cut`() throws {
    var builder = BlockBuilder(partner: String(repeating: "p", count: 40), incarnation: .max, from: 0)
    let payload = [UInt8](repeating: 0x78, count: 20_000)
    let message = ActivityDecoder.decode(payload)
    var position: Int64 = 0
    while builder.append(message, payload: payload, at: position) { position += 1 }
    let bytes = stamped(builder.encoded(coveringTo: position), milliseconds: 0)
    #expect(bytes.count <= Block.maxBytes)
    #expect(bytes.count > Block.maxBytes - 17_000)
    for entry in try Block.decode(bytes).entries {
      guard case .refused(let refused) = entry.content else {
        Issue.record("an activity out of nothing")
        return
      }
      #expect(refused.refusal.reason == .messageTooLarge)
      #expect(refused.payload == Array(payload.prefix(16_385)))
    }
  }
}

extension BlockTests {
  private static func goldenEntries() throws -> [Block.Entry] {
    let end = Instant(microseconds: 1_669_681_380_000_000)
    let ride = Activity(
      id: "mt-1", resident: "o6_bmjrPTlm6_2sgVt7hMZOPfL2M",
      report: .act(behaviour: "shared-bike-ride", quantity: Quantity(5), unit: .kilometre), endedAt: end,
      startedAt: Instant(microseconds: 1_669_680_000_000_000), region: Region(code: 140105), evidence: "bike:8620331",
      claimedMilligrams: 1_250_000, sequence: 18231)
    let reversal = Activity(id: "mt-2", resident: "r", report: .reversal(of: "mt-1"), endedAt: end)
    let refused = RefusedMessage(
      refusal: Refusal(.missingField, "field \"id\": required, but missing"), id: nil, resident: "r",
      payload: [0xFF, 0x7B, 0x7D])
    return [
      Block.Entry(position: 1000, content: .activity(ride, ContentDigest.of(ride))),
      Block.Entry(position: 1007, content: .activity(reversal, ContentDigest.of(reversal))),
      Block.Entry(position: 1499, content: .refused(refused)),
    ]
  }

  /// A block of generated messages at positions with gaps, from 70 up.
  static func generated(seed: UInt64, count: Int) -> (encoded: [UInt8], entries: [Block.Entry]) {
    var generator = MessageGenerator(seed: seed)
    var builder = BlockBuilder(partner: "kuaidian", incarnation: 1, from: 70)
    var entries: [Block.Entry] = []
    for index in 0..<Int64(count) {
      let bytes = generator.random.chance(80) ? generator.activity() : generator.mutated(generator.activity())
      let message = ActivityDecoder.decode(bytes)
      let position = 70 + index * 3
      let burial = generator.random.chance(20) ? Block.Burial(shard: 7, content: ContentDigest.of(bytes)) : nil
      guard builder.append(message, payload: bytes, at: position, retrying: burial) else { break }
      let content: Block.Content =
        switch message {
        case .activity(let activity): .activity(activity, ContentDigest.of(activity))
        case .refused(let refusal, let id, let resident):
          .refused(RefusedMessage(refusal: refusal, id: id, resident: resident, payload: bytes))
        }
      entries.append(Block.Entry(position: position, content: content, retrying: burial))
    }
    return (builder.encoded(coveringTo: 10_000), entries)
  }
}

extension BlockBuilder {
  fileprivate mutating func append(_ entry: Block.Entry) -> Bool {
    switch entry.content {
    case .activity(let activity, let digest):
      append(activity, digest: digest, at: entry.position, retrying: entry.burial)
    case .refused(let message): append(message, at: entry.position, retrying: entry.burial)
    case .review(let review): append(review, at: entry.position)
    }
  }
}

/// `#expect` does not take a mutating call itself.
private func expectTaken(_ taken: Bool, at location: SourceLocation = #_sourceLocation) {
  #expect(taken, "the builder did not do as its limits say", sourceLocation: location)
}

/// What the script that pushes does: eight bytes of milliseconds behind the magic.
func stamped(_ encoded: [UInt8], milliseconds: Int64) -> [UInt8] {
  let stamp = (0..<8).map { UInt8(truncatingIfNeeded: milliseconds >> (56 - 8 * $0)) }
  return Array(encoded.prefix(4)) + stamp + Array(encoded.dropFirst(4))
}
