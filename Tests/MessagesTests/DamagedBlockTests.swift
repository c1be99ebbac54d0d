import CarbonInclusion
import Messages
import Testing

/// Whatever bytes lie in a scoring list: an error says so, and nothing traps.
struct DamagedBlockTests {
  private let whole = stamped(BlockTests.generated(seed: 51, count: 5).encoded, milliseconds: 1)

  @Test func `a block cut after any byte is refused`() {
    for count in 0..<whole.count {
      let cut = Array(whole[..<count])
      #expect(throws: BlockError.self, "cut after \(count) bytes of \(whole.count)") { try Block.decode(cut) }
    }
    #expect(throws: BlockError.damaged) { try Block.decode(whole + [0]) }
  }

  @Test func `a block with any bit turned is refused`() {
    for bit in 0..<whole.count * 8 where !(4 * 8..<12 * 8).contains(bit) {
      var turned = whole
      turned[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: BlockError.self, "bit \(bit) turned") { try Block.decode(turned) }
    }
  }

  @Test func `another format is named as such`() {
    let other = Array("PHB4".utf8) + whole.dropFirst(4)
    #expect(throws: BlockError.unknownFormat(firstBytes: Array("PHB4".utf8))) { try Block.decode(other) }
    let description = "not a block of format PHB1, PHB2 or PHB3: it begins with the bytes 50 48 42 34"
    #expect("\(BlockError.unknownFormat(firstBytes: Array("PHB4".utf8)))" == description)
    #expect(throws: BlockError.unknownFormat(firstBytes: [])) { try Block.decode([]) }
    #expect(throws: BlockError.tooLarge(bytes: Block.maxBytes + 1)) {
      try Block.decode(whole + [UInt8](repeating: 0, count: Block.maxBytes + 1 - whole.count))
    }
  }

  @Test func `a retry of a retry is refused`() throws {
    let message = RefusedMessage(refusal: Refusal(.poison, ""), id: nil, resident: nil, payload: [])
    var builder = BlockBuilder(partner: "p0", incarnation: 0, from: 0)
    #expect(builder.append(message, at: 0, retrying: .init(shard: 0, content: .init(high: 0, low: 0))) == true)
    let block = stamped(builder.encoded(coveringTo: 1), milliseconds: 0)
    var content = Array(block[12..<block.count - 8])
    // Partner (3), incarnation (8), first (8), covered, entries, position, kind, shard (a byte each), digest (16).
    let kind = 3 + 8 + 8 + 5 + 16
    try #require(content[kind] == 1, "the format has moved")
    content[kind] = 2
    #expect(throws: BlockError.malformed(offset: 12 + kind + 1, problem: "unknown value of a kind")) {
      try Block.decode(Array(block[..<12]) + content + bigEndian(checksum(of: content)))
    }
  }

  /// Under the checksum, too, the reader must not trust what it reads.
  @Test(arguments: [UInt64(61), 62, 63, 64])
  func `wrong bytes under a right checksum never trap`(seed: UInt64) {
    var generator = MessageGenerator(seed: seed)
    var refused = 0
    for _ in 0..<5000 {
      var content = Array(whole[12..<whole.count - 8])
      for _ in 0..<Int.random(in: 1...4, using: &generator.random) {
        let place = Int.random(in: 0..<min(content.count, 400), using: &generator.random)
        switch Int.random(in: 0..<4, using: &generator.random) {
        case 0: content[place] = UInt8.random(in: 0...255, using: &generator.random)
        case 1: content.insert(contentsOf: [UInt8](repeating: 0xFF, count: 9), at: place)
        case 2: content.remove(at: place)
        default: content.removeLast(min(place, content.count - 1))
        }
      }
      do throws(BlockError) {
        let block = try Block.decode(Array(whole[..<12]) + content + bigEndian(checksum(of: content)))
        #expect(block.entries.allSatisfy { block.positions.contains($0.position) })
      } catch {
        guard case .malformed = error else {
          Issue.record("the checksum of the test is not that of the format: \(error)")
          return
        }
        refused += 1
      }
    }
    #expect(refused > 2500, "only \(refused) of 5000 were found impossible: the mutations are too tame")
  }

  /// The format's checksum, written a second time.
  private func checksum(of bytes: [UInt8]) -> UInt64 {
    func step(_ sum: UInt64, _ word: UInt64) -> UInt64 {
      let product = (sum ^ word) &* 0xff51_afd7_ed55_8ccd
      return product ^ (product >> 32)
    }
    let whole = bytes.count / 8 * 8
    var sum = 0xcbf2_9ce4_8422_2325 ^ UInt64(bytes.count)
    for start in stride(from: 0, to: whole, by: 8) {
      sum = step(sum, bytes[start..<start + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) })
    }
    return step(sum, bytes[whole...].reduce(0) { $0 << 8 | UInt64($1) })
  }

  private func bigEndian(_ word: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) } }
}
