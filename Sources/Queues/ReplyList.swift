package import RedisClient

/// Lists of one element each, where whoever asked something waits for the answer.
package enum ReplyList {
  /// How long an answer that nobody reads is kept, in seconds.
  package static let keptSeconds = 86_400

  /// Puts each text in its list, in place of what stands there, in one go.
  package static func set(
    _ replies: [(key: String, text: [UInt8])], on connection: inout RedisConnection
  ) throws(RedisError) {
    let unknown = try set(replies, .digest, on: &connection)
    guard try set(unknown, .text, on: &connection).isEmpty else {
      throw .protocolViolation("NOSCRIPT in reply to EVAL")
    }
  }

  /// - Returns: those that were not set because the server does not know the script.
  private static func set(
    _ replies: [(key: String, text: [UInt8])], _ form: LuaScript.Form, on connection: inout RedisConnection
  ) throws(RedisError) -> [(key: String, text: [UInt8])] {
    guard !replies.isEmpty else { return [] }
    return try connection.pipeline { connection throws(RedisError) in
      for reply in replies {
        var command = script.call(form, keys: [reply.key])
        command.append(keptSeconds)
        command.append(reply.text.span.bytes)
        try connection.append(command)
      }
      var unknown: [(key: String, text: [UInt8])] = []
      for reply in replies where try !isKnown(on: &connection) { unknown.append(reply) }
      return unknown
    }
  }

  private static func isKnown(on connection: inout RedisConnection) throws(RedisError) -> Bool {
    do throws(RedisError) {
      _ = try connection.reply().integer()
      return true
    } catch {
      guard case .server("NOSCRIPT", _) = error else { throw error }
      return false
    }
  }

  /// Key: the list. Arguments: seconds, the text.
  private static let script = LuaScript(
    """
    redis.call('DEL', KEYS[1])
    redis.call('LPUSH', KEYS[1], ARGV[2])
    return redis.call('EXPIRE', KEYS[1], ARGV[1])
    """)
}
