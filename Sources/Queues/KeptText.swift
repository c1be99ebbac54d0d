package import RedisClient

/// A short text under a key, written also when the server is full, and only where it differs.
package enum KeptText {
  package static func get(_ key: String, on connection: inout RedisConnection) throws(RedisError) -> String? {
    try connection.command(["GET", .string(key)]).string
  }

  package static func set(_ text: String, at key: String, on connection: inout RedisConnection) throws(RedisError) {
    _ = try script.run(keys: [key], [.string(text)], on: &connection)
  }

  /// Key: the text's. Argument: the text.
  private static let script = LuaScript(
    """
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then redis.call('SET', KEYS[1], ARGV[1]) end
    return 1
    """)
}
