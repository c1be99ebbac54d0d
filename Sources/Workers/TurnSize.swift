/// How many messages of an inbox a turn takes: as many as fit into a bound of bytes, judged by the last turn's. The
/// number grows step by step, so that the first of many large messages does not come with thousands of them.
struct TurnSize {
  static let maxBytes = 8 << 20
  private static let first = 512
  private static let growth = 4

  private let most: Int
  private(set) var messages: Int

  init(most: Int) {
    self.most = most
    self.messages = min(most, Self.first)
  }

  mutating func took(messages count: Int, bytes: Int) {
    guard count > 0 else { return }
    let fitting = Self.maxBytes / max(1, bytes / count)
    messages = max(1, min(most, fitting, messages * Self.growth))
  }
}
