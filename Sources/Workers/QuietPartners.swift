/// Tells whether partners are about that push a little now and then, and would have to wait behind a flood.
///
/// A backlog that comes to its end does not look like one: nothing comes after it.
struct QuietPartners {
  private static let rememberedMs: Int64 = 2_000

  private let messagesPerTurn: Int
  /// Those whose inboxes were empty since they last held more than a turn.
  private var emptied: Set<String> = []
  private var seenAtMs: Int64?

  init(messagesPerTurn: Int) { self.messagesPerTurn = messagesPerTurn }

  /// - Parameter lengths: how many messages wait in the partners' inboxes.
  mutating func look(at lengths: [Int], of partners: [String], nowMs: Int64) {
    for (partner, length) in zip(partners, lengths) {
      if length == 0 {
        emptied.insert(partner)
      } else if length > messagesPerTurn {
        emptied.remove(partner)
      } else if emptied.contains(partner) {
        seenAtMs = nowMs
      }
    }
  }

  /// A turn has taken everything that a partner had.
  mutating func tookAll(of partner: String) { emptied.insert(partner) }

  /// Whether one was seen lately.
  func areAbout(nowMs: Int64) -> Bool { seenAtMs.map { nowMs - $0 < Self.rememberedMs } ?? false }
}
