import CarbonInclusion
import Messages

/// An element of a partner's list: any bytes.
enum ActivityHarness {
  @Sendable static func run(_ bytes: [UInt8]) throws {
    let message = ActivityDecoder.decode(bytes)
    switch message {
    case .activity(let activity): try checkRendering(activity)
    case .refused(let refusal, let id, let resident):
      try check(refusal, of: bytes)
      for name in [id, resident].compactMap({ $0 }) {
        let isPrintable = name.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        try promise((1...64).contains(name.utf8.count) && isPrintable, "believed an impossible id: \(name)")
      }
    }
    try checkPacking(message, payload: bytes)
  }

  /// The message as it is shown and pushed again says the same.
  private static func checkRendering(_ activity: Activity) throws {
    var shown = activity
    shown.evidence = nil
    let text = ActivityMessage.encoded(shown)
    guard case .activity(let again) = ActivityDecoder.decode(text) else {
      throw BrokenPromise("refused what it accepted before: \(String(decoding: text, as: UTF8.self))")
    }
    try promise(again == shown, "\(shown) became \(again)")
    try promise(ContentDigest.of(again) == ContentDigest.of(shown), "another content: \(again)")
  }

  private static func check(_ refusal: Refusal, of bytes: [UInt8]) throws {
    try promise(!refusal.detail.isEmpty, "refused as \(refusal.reason) without a word")
    guard refusal.detail.hasPrefix("byte ") else { return }
    let digits = refusal.detail.dropFirst("byte ".count).prefix { $0.isNumber }
    let offset = Int(digits) ?? -1
    try promise((0...bytes.count).contains(offset), "no such byte among \(bytes.count): \(refusal.detail)")
  }

  /// Scoring reads from a block just what ingest packed.
  private static func checkPacking(_ message: DecodedMessage, payload: [UInt8]) throws {
    var builder = BlockBuilder(partner: "meituan-bike", incarnation: 1, from: 7)
    try promise(builder.append(message, payload: payload, at: 9), "does not fit into an empty block")
    let block = try Block.decode(builder.stamped(at: 1, coveringTo: 10))
    let expected: Block.Content =
      switch message {
      case .activity(let activity): .activity(activity, ContentDigest.of(activity))
      case .refused(let refusal, let id, let resident):
        .refused(
          RefusedMessage(
            refusal: refusal, id: id, resident: resident,
            payload: Array(payload.prefix(RefusedMessage.maxPayloadBytes))))
      }
    try promise(block.positions == 7..<10, "other positions: \(block.positions)")
    try promise(block.entries == [Block.Entry(position: 9, content: expected)], "packed as \(block.entries)")
  }
}

extension BlockBuilder {
  /// The block with its stamp, as its list has it.
  func stamped(at milliseconds: Int64, coveringTo end: Int64, sequences: [ClosedRange<Int64>] = []) -> [UInt8] {
    let bytes = encoded(coveringTo: end, sequences: sequences)
    let magic = BlockFormat.magic.count
    return bytes[..<magic] + bigEndian(UInt64(bitPattern: milliseconds)) + bytes[magic...]
  }
}

/// Eight bytes, the highest first.
func bigEndian(_ word: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) } }
