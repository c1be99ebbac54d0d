package import RedisClient

/// How much waits in lists.
package enum Backlog {
  /// The lengths of the lists, in their order, in one round trip; a missing list has none.
  package static func lengths(
    of lists: [String], on connection: inout RedisConnection
  ) throws(RedisError) -> [Int] {
    try connection.pipeline { connection throws(RedisError) in
      for list in lists { try connection.append(["LLEN", .string(list)]) }
      var lengths: [Int] = []
      lengths.reserveCapacity(lists.count)
      for _ in lists { lengths.append(Int(try connection.reply().integer())) }
      return lengths
    }
  }

  /// Whether any of the lists has an element, in one command: what an idle worker asks.
  package static func anyNonEmpty(
    _ lists: [String], on connection: inout RedisConnection
  ) throws(RedisError) -> Bool {
    guard !lists.isEmpty else { return false }
    return try connection.command(RedisCommand(["EXISTS"] + lists.map { .string($0) })).integer() > 0
  }
}
