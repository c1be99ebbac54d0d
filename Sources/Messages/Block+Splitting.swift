extension Block {
  /// The block taken apart: one block for each entry, oldest first. Together they cover the same positions, keep its
  /// stamp, and are written as they lie in a list. The last one carries the sequence runs.
  package func split() -> [[UInt8]] {
    var first = positions.lowerBound
    return entries.indices.map { index in
      let isLast = index == entries.count - 1
      let end = isLast ? positions.upperBound : entries[index].position + 1
      var builder = BlockBuilder(partner: partner, incarnation: incarnation, from: first)
      _ = builder.append(entries[index])
      first = end
      return stamped(builder.encoded(coveringTo: end, sequences: isLast ? sequences : []))
    }
  }

  private func stamped(_ block: [UInt8]) -> [UInt8] {
    var writer = ByteWriter()
    writer.raw(Array(block.prefix(BlockFormat.magic.count)))
    writer.fixed(pushedAtMilliseconds)
    writer.raw(Array(block.dropFirst(BlockFormat.magic.count)))
    return writer.bytes
  }
}

extension BlockBuilder {
  /// Adds an entry of another block; as `append(_:payload:at:)`.
  package mutating func append(_ entry: Block.Entry) -> Bool {
    switch entry.content {
    case .activity(let activity, let digest):
      append(activity, digest: digest, at: entry.position, retrying: entry.burial)
    case .review(let review): append(review, at: entry.position)
    case .refused(let message): append(message, at: entry.position, retrying: entry.burial)
    }
  }
}
