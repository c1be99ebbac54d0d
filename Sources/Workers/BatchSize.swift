/// How many messages a batch holds: fewer while the database is slow, so that a batch never takes long, and more again
/// when it is not.
struct BatchSize {
  /// A batch that takes longer makes the next one half as large.
  private static let slowMs: Int64 = 2_000
  /// A batch that takes less makes the next one twice as large.
  private static let quickMs: Int64 = 500
  private static let least = 256

  private let most: Int
  private(set) var messages: Int

  init(most: Int) {
    self.most = most
    self.messages = most
  }

  mutating func took(milliseconds: Int64) {
    if milliseconds > Self.slowMs { messages = max(min(Self.least, most), messages / 2) }
    if milliseconds < Self.quickMs { messages = min(most, messages * 2) }
  }
}
