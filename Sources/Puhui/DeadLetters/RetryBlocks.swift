import CarbonInclusion
import Ledger
import Messages

/// Packs dead letters that are retried into blocks: of one shard, inbox and life of it, by rising position.
struct RetryBlocks {
  struct Packed {
    let shard: Int
    let block: [UInt8]
    let letters: [DeadLetter]
  }

  /// A letter, read again as ingest reads messages.
  struct Reading {
    let letter: DeadLetter
    let payload: [UInt8]
    let message: DecodedMessage
    /// The shard that its resident has now; that of the inbox where no resident can be read.
    let shard: Int

    init(_ letter: DeadLetter, payload: [UInt8]) {
      self.letter = letter
      self.payload = payload
      message = ActivityDecoder.decode(payload)
      let resident: String? =
        switch message {
        case .activity(let activity): activity.resident
        case .refused(_, _, let resident): resident
        }
      shard =
        resident.map { ShardMap.shard(ofResident: $0) } ?? ShardMap.shard(ofInbox: letter.name.partner)
    }

    /// What is going to happen, as far as the message itself says.
    var prospect: String {
      switch message {
      case .activity(let activity): "would be judged again, as \(activity.id) in shard \(shard)"
      case .refused(let refusal, _, _):
        "would be refused again: \(refusal.reason.rawValue), \(DeadLetterText.shown(refusal.detail))"
      }
    }
  }

  static func pack(_ readings: [Reading]) -> [Packed] {
    let sorted = readings.sorted { order($0) < order($1) }
    var packed: [Packed] = []
    var builder: BlockBuilder?
    var letters: [DeadLetter] = []
    var shard = 0
    func close() {
      guard let full = builder, let last = letters.last else { return }
      packed.append(
        Packed(shard: shard, block: full.encoded(coveringTo: last.name.position + 1), letters: letters))
      builder = nil
      letters = []
    }
    for reading in sorted {
      let name = reading.letter.name
      let isNeighbour =
        shard == reading.shard
        && letters.last.map {
          $0.name.partner == name.partner && $0.name.incarnation == name.incarnation && $0.name.position < name.position
        } ?? false
      if !isNeighbour { close() }
      if builder?.append(reading) != true {
        close()
        var fresh = BlockBuilder(partner: name.partner, incarnation: name.incarnation, from: name.position)
        _ = fresh.append(reading)
        builder = fresh
        shard = reading.shard
      }
      letters.append(reading.letter)
    }
    close()
    return packed
  }

  private static func order(_ reading: Reading) -> (Int, String, Int64, Int64) {
    let name = reading.letter.name
    return (reading.shard, name.partner, name.incarnation, name.position)
  }
}

extension BlockBuilder {
  fileprivate mutating func append(_ reading: RetryBlocks.Reading) -> Bool {
    append(
      reading.message, payload: reading.payload, at: reading.letter.name.position,
      retrying: Block.Burial(
        shard: UInt8(clamping: reading.letter.key.shard), content: reading.letter.key.refused.content))
  }
}
