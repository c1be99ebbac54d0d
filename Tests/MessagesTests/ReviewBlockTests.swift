import CarbonInclusion
import Testing

@testable import Messages

/// Reviews in blocks: of a format that binaries without them do not read.
@Suite struct ReviewBlockTests {
  private func review(_ place: Int, reason: String = "看过照片") -> Block.Review {
    .init(
      jobID: "job-\(place)", activityID: "a-\(place)", decision: place % 2 == 0 ? .accept : .refuse, reason: reason,
      administrator: "admin")
  }

  private func reviews(_ block: Block) -> [Block.Review] {
    block.entries.compactMap { if case .review(let review) = $0.content { review } else { nil } }
  }

  @Test func `reviews arrive as they were packed`() throws {
    let sent = (0..<3).map { review($0) }
    let packed = ReviewBlocks.pack(sent, ofPartner: "meituan-bike")
    #expect(packed.count == 1 && packed[0].starts(with: Array("PHB3".utf8)))
    let bytes = stamped(packed[0], milliseconds: 17)
    let block = try Block.decode(bytes)
    #expect(block.partner == "meituan-bike" && block.incarnation == 0 && reviews(block) == sent)
    #expect(Block.pushedAtMilliseconds(of: bytes) == 17)
    let parts = try block.split().map { try Block.decode($0) }
    #expect(parts.flatMap(reviews) == sent && parts.allSatisfy { $0.entries.count == 1 })
    #expect(ReviewBlocks.pack([], ofPartner: "p0").isEmpty)
  }

  @Test func `more than a block holds becomes several`() throws {
    let long = (0..<100).map { review($0, reason: String(repeating: "x", count: 10_000)) }
    let many = (0..<(Block.maxEntries + 1)).map { review($0) }
    for sent in [long, many] {
      let blocks = try ReviewBlocks.pack(sent, ofPartner: "p0").map { try Block.decode(stamped($0, milliseconds: 0)) }
      #expect(blocks.count > 1 && blocks.flatMap(reviews) == sent)
    }
  }

  @Test func `a review in a block of another format is refused`() throws {
    let whole = stamped(ReviewBlocks.pack([review(0)], ofPartner: "p0")[0], milliseconds: 0)
    let older = Array("PHB2".utf8) + whole.dropFirst(4)
    #expect(throws: BlockError.self) { try Block.decode(older) }
    var builder = BlockBuilder(partner: "p0", incarnation: 0, from: 0)
    let message = RefusedMessage(refusal: Refusal(.poison, ""), id: nil, resident: nil, payload: [])
    #expect(builder.append(message, at: 0) == true)
    let numbered = stamped(builder.encoded(coveringTo: 1, sequences: [1...2]), milliseconds: 0)
    #expect(throws: BlockError.self, "no review in it") { try Block.decode(Array("PHB3".utf8) + numbered.dropFirst(4)) }
  }

  @Test func `a block of reviews with any bit turned is refused`() {
    let whole = stamped(ReviewBlocks.pack([review(0)], ofPartner: "p0")[0], milliseconds: 0)
    for bit in 0..<whole.count * 8 where !(4 * 8..<12 * 8).contains(bit) {
      var turned = whole
      turned[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: BlockError.self, "bit \(bit) turned") { try Block.decode(turned) }
    }
  }
}
