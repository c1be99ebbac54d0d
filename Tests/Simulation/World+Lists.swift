import CarbonInclusion
import Messages

/// What may enter the lists of blocks, and what may leave any list.
extension World {
  /// A scoring list has accepted a block.
  mutating func accept(_ element: SimulatedRedis.Element) {
    for entry in entries(of: element) { redis.memory.accepted.insert(entry.place) }
  }

  /// Nothing leaves an inbox that no list of blocks has accepted.
  mutating func checkTrimmedInbox(
    _ partner: Int, _ holding: SimulatedRedis.Holding, _ taken: [SimulatedRedis.Element]
  ) {
    for (offset, element) in taken.enumerated() {
      guard let push = element.push else { continue }
      let message = witness.pushes[push]
      let position = MessagePosition(
        partnerNumber: Int16(partner + 1), incarnation: holding.incarnation, offset: holding.position + Int64(offset))
      let isAccepted = [message.content, message.payloadDigest].contains {
        redis.memory.accepted.contains(.init(position: position, content: $0))
      }
      if !isAccepted {
        // A list that was changed by hand is known by its tail: an equal message there hides the change.
        if plan.faults.contains(.tampering), hasTwin(taken[0]) {
          witness.lose(push)
        } else {
          fail("push \(push) leaves its inbox, and no block with it was accepted")
        }
      }
      witness.handedOn[position] = push
    }
  }

  private func hasTwin(_ element: SimulatedRedis.Element) -> Bool {
    witness.pushes.count { $0.bytes == element.bytes } > 1
  }

  /// Nothing leaves a list of blocks that is not booked.
  mutating func checkTrimmedBlocks(_ taken: [SimulatedRedis.Element]) {
    for entry in taken.flatMap(entries(of:)) {
      let shard = ledger.shards.values.contains { $0.refusals[entry.place] != nil }
      let isKnown = entry.key.map { ledger.keys[$0]?.content == entry.place.content } ?? false
      if !shard && !isKnown {
        fail(
          "\(entry.key?.id ?? "a refused message") at \(entry.place.position.offset) leaves its list and is not booked")
      }
    }
  }

  mutating func loseMessages(of element: SimulatedRedis.Element) {
    for entry in entries(of: element) {
      if let push = witness.handedOn[entry.place.position] { witness.lose(push) }
    }
  }

  private struct Entry {
    var place: SimulatedRedis.Place
    /// Of an activity.
    var key: ActivityKey?
  }

  private func entries(of element: SimulatedRedis.Element) -> [Entry] {
    guard let block = try? Block.decode(element.bytes),
      let partner = SimulatedCatalogue.partners.firstIndex(of: block.partner).map({ Int16($0 + 1) })
    else { return [] }
    return block.entries.compactMap { entry in
      let position = MessagePosition(
        partnerNumber: partner, incarnation: block.incarnation, offset: entry.position)
      switch entry.content {
      case .activity(let activity, let digest):
        return Entry(
          place: .init(position: position, content: digest), key: .init(partnerNumber: partner, id: activity.id))
      case .refused(let message):
        return Entry(place: .init(position: position, content: ContentDigest.of(message.payload)), key: nil)
      case .review: return nil
      }
    }
  }
}
