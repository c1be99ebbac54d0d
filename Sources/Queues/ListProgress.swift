package import RedisClient

/// How far lists have come, for somebody who does not work on them.
package enum ListProgress {
  /// A text for each list, that changes whenever something is trimmed off it, or its life begins anew.
  package static func places(
    of lists: [String], on connection: inout RedisConnection
  ) throws(RedisError) -> [String] {
    try connection.pipeline { connection throws(RedisError) in
      for list in lists {
        try connection.append(["HMGET", .string(Keys.companion(of: list, "lease")), "incarnation", "position"])
      }
      var places: [String] = []
      for _ in lists {
        let reply = try connection.reply()
        guard case .array(let parts) = reply.value else { throw .protocolViolation("HMGET answers with an array") }
        places.append(parts.map { $0.text ?? "" }.joined(separator: ":"))
      }
      return places
    }
  }
}
