internal import RedisClient

/// The oldest messages of a list, oldest first, lent from the reply that brought them.
package struct ClaimedMessages: ~Copyable {
  private let reply: RedisReply

  package private(set) var count: Int

  /// - Parameter reply: that of `LRANGE list -n -1`, which has the oldest one last.
  init(_ reply: consuming RedisReply) {
    self.count = reply.count
    self.reply = reply
  }

  /// Leaves out all but the oldest ones.
  mutating func keep(first: Int) { count = min(count, first) }

  /// Lends the bytes of one message; index 0 is the oldest, and has the position of the claim.
  package func withBytes<Result, Failure: Error>(
    at index: Int, _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try reply.withBytes(at: reply.count - 1 - index, body)
  }

  /// Lends the bytes of each message in turn, with its index.
  package func forEachBytes<Failure: Error>(_ body: (Int, RawSpan) throws(Failure) -> Void) throws(Failure) {
    for index in 0..<count {
      try withBytes(at: index) { bytes throws(Failure) in try body(index, bytes) }
    }
  }
}
