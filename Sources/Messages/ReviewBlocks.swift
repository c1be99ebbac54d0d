/// Packs reviews for a shard's list. All are of one partner's activities and of residents of that shard.
///
/// They may be pushed and handed on any number of times: what is decided is left out.
package enum ReviewBlocks {
  /// - Returns: blocks as `BlockBuilder.encoded` makes them, for `BlockList.push`; mostly it is one.
  package static func pack(_ reviews: [Block.Review], ofPartner partner: String) -> [[UInt8]] {
    var blocks: [[UInt8]] = []
    var builder = BlockBuilder(partner: partner, incarnation: 0, from: 0)
    for (place, review) in reviews.enumerated() {
      let position = Int64(place)
      if !builder.append(review, at: position) {
        blocks.append(builder.encoded(coveringTo: position))
        builder.restart(from: position)
        _ = builder.append(review, at: position)
      }
    }
    if !builder.isEmpty { blocks.append(builder.encoded(coveringTo: Int64(reviews.count))) }
    return blocks
  }
}
