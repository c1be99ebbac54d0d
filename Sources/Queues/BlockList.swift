package import RedisClient

/// Scoring lists: packed blocks, bounded in number and in *time*, so that one partner's flood does not stand in front
/// of the others for seconds.
///
/// A block begins with 4 bytes of magic and the time of its push in the list, 8 bytes, big-endian, in milliseconds of
/// the server's clock. The list stamps it: it is pushed as magic and rest.
package struct BlockList: Sendable {
  /// A list that has so many blocks takes no more.
  package let maxBlocks: Int

  /// A list takes no more blocks while its oldest one waits for longer than this, in milliseconds, unless it is the
  /// only one.
  package let maxAgeMs: Int

  /// A paused list takes no more blocks than this, however long they wait.
  package let maxBlocksPaused: Int

  package init(maxBlocks: Int, maxAgeMs: Int, maxBlocksPaused: Int = 4_096) {
    precondition(maxBlocks > 0 && maxAgeMs >= 0, "a list that takes nothing")
    self.maxBlocks = maxBlocks
    self.maxAgeMs = maxAgeMs
    self.maxBlocksPaused = max(maxBlocks, maxBlocksPaused)
  }

  /// Blocks for a list, without their stamps, oldest first: it takes all of them or none.
  package struct Push: Sendable {
    package let list: String
    package let blocks: [[UInt8]]

    package init(list: String, blocks: [[UInt8]]) {
      self.list = list
      self.blocks = blocks
    }
  }

  /// What a list says to blocks.
  package enum Verdict: Sendable, Equatable {
    /// They are in the list, which now has this length.
    case accepted(length: Int)

    /// They are not; the oldest block of the list waits for so long.
    case full(oldestAgeMs: Int)

    package var isAccepted: Bool { if case .accepted = self { true } else { false } }
  }

  /// Pushes blocks to lists, all in one go, and calls whoever waits for some.
  ///
  /// A list stands in `pushes` once at most: of two pushes the first could be refused and the second accepted.
  ///
  /// - Parameter wake: where idle workers wait for a call; see `WakeCall`.
  /// - Returns: a verdict for each of them, in their order.
  /// - Throws: any `RedisError`; then any of the blocks may be in its list or not.
  package func push(
    _ pushes: [Push], waking wake: String? = nil, on connection: inout RedisConnection
  ) throws(RedisError) -> [Verdict] {
    precondition(Set(pushes.map(\.list)).count == pushes.count, "two pushes to one list at a time lose their order")
    let known = try push(pushes, .digest, waking: wake, on: &connection)
    let unknown = zip(pushes, known).filter { $1 == nil }.map(\.0)
    var late = try push(unknown, .text, waking: wake, on: &connection)[...]
    var verdicts: [Verdict] = []
    for verdict in known {
      guard let verdict = verdict ?? late.popFirst().flatMap({ $0 }) else {
        throw .protocolViolation("NOSCRIPT in reply to EVAL")
      }
      verdicts.append(verdict)
    }
    return verdicts
  }

  /// Pushes without a fallback: no verdict where the server does not know the script, and so has pushed nothing.
  private func push(
    _ pushes: [Push], _ form: LuaScript.Form, waking wake: String?, on connection: inout RedisConnection
  ) throws(RedisError) -> [Verdict?] {
    guard !pushes.isEmpty else { return [] }
    return try connection.pipeline { connection throws(RedisError) in
      for push in pushes {
        var command = Self.script.call(form, keys: [push.list, Keys.companion(of: push.list, "lease")])
        command.append(maxBlocks)
        command.append(maxAgeMs)
        command.append(maxBlocksPaused)
        for block in push.blocks {
          precondition(block.count >= 4, "a block begins with 4 bytes of magic")
          // In two parts: each string that Lua makes out of a whole block costs as much as pushing it.
          command.append(block.span.bytes.extracting(first: 4))
          command.append(block.span.bytes.extracting(droppingFirst: 4))
        }
        try connection.append(command)
      }
      if let wake { try connection.append(WakeCall.call(form, to: wake)) }
      var verdicts: [Verdict?] = []
      for _ in pushes { verdicts.append(try Self.verdict(on: &connection)) }
      if wake != nil { _ = try Self.known { () throws(RedisError) in try connection.reply() } }
      return verdicts
    }
  }

  private static func verdict(on connection: inout RedisConnection) throws(RedisError) -> Verdict? {
    guard let reply = try known({ () throws(RedisError) in try connection.reply() }) else { return nil }
    let value = Int(try reply.integer(at: 1))
    return try reply.integer(at: 0) == 1 ? .accepted(length: value) : .full(oldestAgeMs: value)
  }

  /// The reply of a script, unless the server does not know it.
  private static func known(_ reply: () throws(RedisError) -> RedisReply) throws(RedisError) -> RedisReply? {
    do throws(RedisError) {
      return try reply()
    } catch {
      guard case .server("NOSCRIPT", _) = error else { throw error }
      return nil
    }
  }

  /// Keys: the list, its lease. Arguments: most blocks, greatest age in ms, most blocks while it is paused, and of each
  /// block its magic and the rest of it.
  ///
  /// Answers 1 and the length, or 0 and the age of the oldest block in ms.
  private static let script = LuaScript(
    """
    local length = redis.call('LLEN', KEYS[1])
    local most = tonumber(ARGV[1])
    if length >= 2 or length >= most then
      local oldest = redis.call('LINDEX', KEYS[1], -1)
      local pushed = #oldest >= 12 and struct.unpack('>I8', oldest, 5) or now
      local age = math.max(0, now - pushed)
      if length >= most or age > tonumber(ARGV[2]) then
        local isPaused = redis.call('HEXISTS', KEYS[2], 'paused') == 1
        if not isPaused or length >= tonumber(ARGV[3]) then return {0, age} end
      end
    end
    local blocks, stamp = {}, struct.pack('>I8', now)
    for i = 4, #ARGV, 2 do blocks[#blocks + 1] = ARGV[i] .. stamp .. ARGV[i + 1] end
    return {1, redis.call('LPUSH', KEYS[1], unpack(blocks))}
    """)
}
