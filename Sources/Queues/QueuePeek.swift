package import RedisClient

/// Looks at what waits in lists, without a lease and without any effect.
package enum QueuePeek {
  /// The oldest elements of each list, at most so many; in one round trip.
  package static func oldest(
    _ count: Int, of lists: [String], on connection: inout RedisConnection, _ read: (_ list: Int, RawSpan) -> Void
  ) throws(RedisError) {
    try connection.pipeline { connection throws(RedisError) in
      for list in lists { try connection.append(["LRANGE", .string(list), .integer(Int64(-count)), "-1"]) }
      for index in lists.indices {
        let reply = try connection.reply()
        reply.forEachBytes { read(index, $0) }
      }
    }
  }
}
