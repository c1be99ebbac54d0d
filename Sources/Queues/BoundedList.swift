package import RedisClient

/// A list for others to read that keeps its newest elements only, so that nobody has to read it.
package struct BoundedList: Sendable {
  package let name: String

  /// How many elements it keeps.
  package let limit: Int

  package init(name: String, limit: Int = 10_000) {
    precondition(limit > 0, "a list that keeps nothing")
    self.name = name
    self.limit = limit
  }

  /// Pushes elements, oldest first, and drops what is over the limit.
  ///
  /// - Returns: the length of the list afterwards.
  @discardableResult
  package func push(_ elements: [[UInt8]], on connection: inout RedisConnection) throws(RedisError) -> Int {
    guard !elements.isEmpty else { return try Backlog.lengths(of: [name], on: &connection)[0] }
    return try Self.push([(self, elements)], on: &connection)[0]
  }

  /// Pushes elements to several lists in one round trip.
  ///
  /// - Returns: the lengths of the lists afterwards.
  @discardableResult
  package static func push(
    _ pushes: [(list: BoundedList, elements: [[UInt8]])], on connection: inout RedisConnection
  ) throws(RedisError) -> [Int] {
    var lengths: [Int] = []
    try LuaScript.inOneTrip(
      pushes, on: &connection,
      command: { form, push in
        var command = script.call(form, keys: [push.list.name])
        command.append(push.list.limit)
        for element in push.elements.suffix(push.list.limit) { command.append(element) }
        return command
      },
      read: { reply throws(RedisError) in lengths.append(Int(try reply.integer())) })
    return lengths
  }

  /// Key: the list. Arguments: the limit, the elements.
  private static let script = LuaScript(
    """
    -- unpack() is limited by Lua's stack.
    for first = 2, #ARGV, 1000 do
      redis.call('LPUSH', KEYS[1], unpack(ARGV, first, math.min(first + 999, #ARGV)))
    end
    redis.call('LTRIM', KEYS[1], 0, ARGV[1] - 1)
    return redis.call('LLEN', KEYS[1])
    """)
}
