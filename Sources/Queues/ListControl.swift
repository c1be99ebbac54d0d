package import RedisClient

/// An operator's hand on a leased list. A pause stands beside the list in Redis: it outlives workers and restarts.
package struct ListControl: Sendable {
  package let name: String

  package init(name: String) { self.name = name }

  /// Where a list stands, as one moment.
  package struct State: Sendable, Equatable {
    package var length: Int64
    /// As in `Claim`; 0 where nobody ever claimed the list.
    package var incarnation: Int64
    /// Of the oldest message.
    package var position: Int64
    /// Who works on it; `nil` where nobody does.
    package var owner: String?
    /// For how long it has been paused, in milliseconds; `nil` where it is not.
    package var pausedMs: Int64?

    package init(length: Int64, incarnation: Int64, position: Int64, owner: String?, pausedMs: Int64?) {
      self.length = length
      self.incarnation = incarnation
      self.position = position
      self.owner = owner
      self.pausedMs = pausedMs
    }
  }

  /// From now on nobody can claim the list. Whoever has messages in hand may finish them.
  ///
  /// - Returns: `false` where it was paused before.
  package func pause(on connection: inout RedisConnection) throws(RedisError) -> Bool {
    try Self.pause.run(keys: keys, [], on: &connection).integer() == 1
  }

  /// - Returns: `false` where it was not paused.
  package func resume(on connection: inout RedisConnection) throws(RedisError) -> Bool {
    try Self.resume.run(keys: keys, [], on: &connection).integer() == 1
  }

  package func state(on connection: inout RedisConnection) throws(RedisError) -> State {
    let reply = try Self.look.run(keys: keys, [], on: &connection)
    let pausedMs = try reply.integer(at: 4)
    let owner = try reply.string(at: 3)
    return State(
      length: try reply.integer(at: 0), incarnation: try reply.integer(at: 1), position: try reply.integer(at: 2),
      owner: owner.isEmpty ? nil : owner, pausedMs: pausedMs < 0 ? nil : pausedMs)
  }

  private var keys: [String] { [name, Keys.companion(of: name, "lease")] }

  /// Keys of all three: the list, its lease.
  private static let pause = LuaScript("return redis.call('HSETNX', KEYS[2], 'paused', whole(now))")

  private static let resume = LuaScript("return redis.call('HDEL', KEYS[2], 'paused')")

  /// Answers length, incarnation, position, owner or nothing, ms since the pause or -1.
  private static let look = LuaScript(
    """
    local lease = redis.call('HMGET', KEYS[2], 'incarnation', 'position', 'owner', 'expires_ms', 'paused')
    local isHeld = lease[3] and tonumber(lease[4] or 0) > now
    return {redis.call('LLEN', KEYS[1]), tonumber(lease[1] or 0), tonumber(lease[2] or 0), isHeld and lease[3] or '',
      lease[5] and math.max(0, now - tonumber(lease[5])) or -1}
    """)
}
