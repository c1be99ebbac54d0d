import CarbonInclusion
import Messages
import Testing

/// The numbers of a partner's own counter on their way through blocks.
@Suite struct SequenceBlockTests {
  private static let message = #"{"id":"a","resident":"r","behaviour":"walking","ended_at":"2022-11-29T08:00:00Z"}"#

  private func builder(_ messages: Int = 0) -> BlockBuilder {
    var builder = BlockBuilder(partner: "eleme", incarnation: 4, from: 100)
    let bytes = Array(Self.message.utf8)
    for position in 0..<Int64(messages) {
      _ = builder.append(ActivityDecoder.decode(bytes), payload: bytes, at: 100 + position)
    }
    return builder
  }

  @Test(arguments: [
    [0...0], [5...9], [0...0, 2...2, 4...900], [.max ... .max], [0 ... .max], [0...1, .max - 1 ... .max],
  ])
  func `runs survive a block, with messages and without`(runs: [ClosedRange<Int64>]) throws {
    for count in [0, 3] {
      let encoded = builder(count).encoded(coveringTo: 103, sequences: runs)
      #expect(encoded.starts(with: Array("PHB2".utf8)))
      let block = try Block.decode(stamped(encoded, milliseconds: 1))
      #expect(block.sequences == runs)
      #expect(block.entries.count == count)
      #expect(block.positions == 100..<103)
      #expect(Block.pushedAtMilliseconds(of: stamped(encoded, milliseconds: 77)) == 77)
    }
  }

  @Test func `a block without runs is of the format that older binaries read`() throws {
    let encoded = builder(3).encoded(coveringTo: 103)
    #expect(encoded.starts(with: Array("PHB1".utf8)))
    #expect(encoded == builder(3).encoded(coveringTo: 103, sequences: []))
    #expect(try Block.decode(stamped(encoded, milliseconds: 1)).sequences.isEmpty)
  }

  @Test func `an empty block takes the most runs, and a full one says that it has no room`() throws {
    let runs = (0..<Int64(Block.maxSequenceRuns)).map { $0 << 52...$0 << 52 + 1 << 51 }
    let bytes = stamped(builder().encoded(coveringTo: 100, sequences: runs), milliseconds: 0)
    #expect(try Block.decode(bytes).sequences == runs)
    #expect(!builder().hasRoom(forSequences: Block.maxSequenceRuns + 1))
    var full = builder()
    let payload = [UInt8](repeating: 0x78, count: 16_000)
    var position: Int64 = 100
    while full.append(ActivityDecoder.decode(payload), payload: payload, at: position) { position += 1 }
    #expect(full.hasRoom(forSequences: 1))
    #expect(!full.hasRoom(forSequences: Block.maxSequenceRuns))
  }

  @Test func `a block with runs that is cut, or has any bit turned, is refused`() {
    let whole = stamped(builder(2).encoded(coveringTo: 102, sequences: [3...9, 11...4000]), milliseconds: 1)
    for count in 0..<whole.count {
      #expect(throws: BlockError.self, "cut after \(count) bytes") { try Block.decode(Array(whole[..<count])) }
    }
    for bit in 0..<whole.count * 8 where !(4 * 8..<12 * 8).contains(bit) {
      var turned = whole
      turned[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: BlockError.self, "bit \(bit) turned") { try Block.decode(turned) }
    }
    // The checksum does not cover the magic.
    for (from, to) in [("1", "2"), ("2", "1")] {
      var renamed = from == "1" ? stamped(builder(2).encoded(coveringTo: 102), milliseconds: 1) : whole
      renamed[3] = Array(to.utf8)[0]
      #expect(throws: BlockError.self, "PHB\(from) as PHB\(to)") { try Block.decode(renamed) }
    }
  }

  @Test func `a block that is taken apart loses no run`() throws {
    let whole = stamped(builder(3).encoded(coveringTo: 110, sequences: [3...9, 11...4000]), milliseconds: 1)
    let parts = try Block.decode(whole).split().map { try Block.decode($0) }
    #expect(parts.map(\.entries.count) == [1, 1, 1])
    #expect(parts.flatMap(\.sequences) == [3...9, 11...4000])
  }

  struct Refused: CustomTestStringConvertible {
    var text: String
    var sequence: Int64?
    var testDescription: String { text }
  }

  @Test(arguments: [
    Refused(text: #"{"id":"a","seq":17}"#, sequence: 17),
    Refused(text: #"{"seq":"18","id":null}"#, sequence: 18),
    Refused(text: #"{"id":"a","id":"b","seq":19}"#, sequence: 19),
    Refused(text: #"{"id":"a","seq":20,"seq":20}"#, sequence: nil),
    Refused(text: #"{"id":"a","seq":-1}"#, sequence: nil),
    Refused(text: #"{"id":"a","seq":9223372036854775808}"#, sequence: nil),
    Refused(text: #"{"id":"a","seq":null}"#, sequence: nil),
    Refused(text: #"{"id":"a"}"#, sequence: nil),
    Refused(text: #"[{"seq":21}]"#, sequence: nil),
    Refused(text: #"{"id":"a","seq":22"#, sequence: nil),
  ])
  func `the number of a refused message is read where it is certain`(_ refused: Refused) {
    #expect(ActivityDecoder.sequence(ofRefused: Array(refused.text.utf8).span.bytes) == refused.sequence)
  }
}
