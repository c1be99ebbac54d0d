package import RedisClient

/// A partner's side of its inbox. It needs the right to `LPUSH` on that one key, nothing else.
package struct PartnerList: Sendable {
  package let name: String

  package init(name: String) { self.name = name }

  /// What became of a push.
  package struct Pushed: Sendable, Equatable {
    /// How many of the messages, from the first on, are in the list for certain. The others are to be pushed again:
    /// pushing twice is harmless.
    package let accepted: Int

    /// The length of the list after each command that was carried out.
    package let lengths: [Int]

    /// Why the server did not take them all, such as `OOM`.
    package let refusal: RedisError?
  }

  /// Pushes messages, oldest first, in one round trip of commands with up to `perCommand` messages each.
  ///
  /// - Throws: `RedisError` if the connection broke; then any of them may be in the list or not.
  package func push(
    _ messages: [[UInt8]], perCommand: Int = 100, on connection: inout RedisConnection
  ) throws(RedisError) -> Pushed {
    precondition(perCommand > 0, "a command carries at least one message")
    let starts = Array(stride(from: 0, to: messages.count, by: perCommand))
    return try connection.pipeline { connection throws(RedisError) in
      for start in starts {
        var command: RedisCommand = ["LPUSH", .string(name)]
        for message in messages[start..<min(start + perCommand, messages.count)] { command.append(message) }
        try connection.append(command)
      }
      return try pushed(starts, of: messages.count, perCommand, on: &connection)
    }
  }

  private func pushed(
    _ starts: [Int], of count: Int, _ perCommand: Int, on connection: inout RedisConnection
  ) throws(RedisError) -> Pushed {
    var lengths: [Int] = []
    var accepted = count
    var refusal: RedisError?
    for start in starts {
      do throws(RedisError) {
        lengths.append(Int(try connection.reply().integer()))
      } catch {
        guard case .server = error else { throw error }
        guard refusal == nil else { continue }
        accepted = start
        refusal = error
      }
    }
    return Pushed(accepted: accepted, lengths: lengths, refusal: refusal)
  }
}
