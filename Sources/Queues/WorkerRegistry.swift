package import RedisClient

/// Which worker processes are alive: each says so now and then, and those that stopped saying so are forgotten.
package enum WorkerRegistry {
  /// A worker as it described itself, and how long ago.
  package struct Entry: Sendable, Equatable {
    package let id: String
    package let description: String
    package let ageMs: Int64
  }

  /// Writes the worker's line, and drops lines older than `forgetMs`.
  package static func beat(
    id: String, description: String, forgetMs: Int64, keys: Keys, on connection: inout RedisConnection
  ) throws(RedisError) {
    _ = try script.run(
      keys: [keys.workers], [.string(id), .string(description), .integer(forgetMs)], on: &connection)
  }

  /// Takes the worker's line away, at a clean stop.
  package static func leave(id: String, keys: Keys, on connection: inout RedisConnection) throws(RedisError) {
    _ = try connection.command(["HDEL", .string(keys.workers), .string(id)])
  }

  package static func entries(keys: Keys, on connection: inout RedisConnection) throws(RedisError) -> [Entry] {
    let now = try milliseconds(ofTime: connection.command(["TIME"]))
    let reply = try connection.command(["HGETALL", .string(keys.workers)])
    var entries: [Entry] = []
    for index in stride(from: 0, to: reply.count - 1, by: 2) {
      let parts = try reply.string(at: index + 1).split(separator: " ", maxSplits: 1)
      // Anybody who may write to Redis can write such a line.
      guard parts.count == 2, let beat = Int64(parts[0]), beat >= 0 else { continue }
      entries.append(Entry(id: try reply.string(at: index), description: String(parts[1]), ageMs: now - beat))
    }
    return entries.sorted { $0.id < $1.id }
  }

  /// The reply to `TIME`, seconds and microseconds, in ms since 1970.
  private static func milliseconds(ofTime reply: borrowing RedisReply) throws(RedisError) -> Int64 {
    guard let seconds = Int64(try reply.string(at: 0)), let micros = Int64(try reply.string(at: 1)),
      (0...Int64.max / 2000).contains(seconds), (0..<1_000_000).contains(micros)
    else { throw .protocolViolation("TIME names no time") }
    return seconds * 1000 + micros / 1000
  }

  /// Key: the hash of workers. Arguments: id, description, how old a line may be in ms.
  private static let script = LuaScript(
    """
    redis.call('HSET', KEYS[1], ARGV[1], whole(now) .. ' ' .. ARGV[2])
    local lines = redis.call('HGETALL', KEYS[1])
    for i = 1, #lines, 2 do
      local beat = tonumber(string.match(lines[i + 1], '^%d+'))
      if not beat or now - beat > tonumber(ARGV[3]) then redis.call('HDEL', KEYS[1], lines[i]) end
    end
    return 1
    """)
}
