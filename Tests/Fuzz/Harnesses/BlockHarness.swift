import CarbonInclusion
import Messages

/// An element of a scoring list: any bytes, as they are, and once more with the checksum put right, or no input that
/// the fuzzer makes would get past it.
enum BlockHarness {
  @Sendable static func run(_ bytes: [UInt8]) throws {
    try decode(bytes)
    let start = BlockFormat.magic.count + BlockFormat.stampBytes
    let end = bytes.count - BlockFormat.checksumBytes
    guard start <= end else { return }
    let sum = BlockFormat.checksum(bytes.span.bytes.extracting(start..<end))
    for magic in [BlockFormat.magic, BlockFormat.magicWithRuns, BlockFormat.magicWithReviews] {
      try decode(magic + bytes[magic.count..<end] + bigEndian(sum))
    }
  }

  private static func decode(_ bytes: [UInt8]) throws {
    _ = Block.pushedAtMilliseconds(of: bytes)
    let block: Block
    do throws(BlockError) {
      block = try Block.decode(bytes)
    } catch {
      try promise(!error.description.isEmpty, "refused without a word")
      guard case .malformed(let offset, _) = error else { return }
      try promise((0...bytes.count).contains(offset), "no such byte among \(bytes.count): \(error)")
      return
    }
    try checkRepacking(block)
  }

  private static func checkRepacking(_ block: Block) throws {
    for entry in block.entries {
      try promise(block.positions.contains(entry.position), "\(entry.position) is not in \(block.positions)")
    }
    var builder = BlockBuilder(
      partner: block.partner, incarnation: block.incarnation, from: block.positions.lowerBound)
    for entry in block.entries {
      let fits = builder.append(entry)
      try promise(fits, "what came in a block does not fit into one")
    }
    let bytes = builder.stamped(
      at: block.pushedAtMilliseconds, coveringTo: block.positions.upperBound, sequences: block.sequences)
    try promise(try Block.decode(bytes) == block, "\(block) became another block")
  }
}
