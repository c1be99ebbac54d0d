import CarbonInclusion
import Messages
import Testing

@Suite struct SplittingTests {
  @Test func `a block taken apart is one block for each entry, that cover its positions together`() throws {
    var builder = BlockBuilder(partner: "eleme", incarnation: 7, from: 10)
    let refused = RefusedMessage(
      refusal: Refusal(.malformedJSON, "byte 1"), id: nil, resident: nil, payload: Array("{".utf8))
    for position in [12, 15, 16] as [Int64] {
      let fits = builder.append(refused, at: position)
      #expect(fits)
    }
    let pushed = builder.encoded(coveringTo: 20)
    let stamp: [UInt8] = [0, 0, 0, 0, 0, 0, 1, 2]
    let block = try Block.decode(Array(pushed.prefix(4)) + stamp + Array(pushed.dropFirst(4)))
    let parts = try block.split().map { try Block.decode($0) }
    #expect(parts.map(\.positions) == [10..<13, 13..<16, 16..<20])
    #expect(parts.flatMap(\.entries) == block.entries)
    #expect(parts.allSatisfy { $0.pushedAtMilliseconds == 258 && $0.partner == "eleme" && $0.incarnation == 7 })
  }
}
