package import RedisClient

/// A list with its lease as it is written, whoever holds it: what an operator looks at.
package struct LeaseRecord: Sendable, Equatable {
  package let list: String
  package let length: Int

  /// The last owner; `nil` where nobody ever worked on the list.
  package let owner: String?

  /// Milliseconds until the lease ends; not above 0 where it is over or was handed back.
  package let leftMs: Int64

  /// Whether the owner has messages in hand that it has not given back.
  package let isWorking: Bool

  /// Whether somebody paused the list.
  package let isPaused: Bool

  /// Where the tail stands: incarnation and position. It changes whenever messages leave the list.
  package let place: String

  package static func read(
    _ lists: [String], on connection: inout RedisConnection
  ) throws(RedisError) -> [LeaseRecord] {
    let time = try connection.command(["TIME"])
    let now = (Int64(try time.string(at: 0)) ?? 0) * 1000 + (Int64(try time.string(at: 1)) ?? 0) / 1000
    let lengths = try Backlog.lengths(of: lists, on: &connection)
    var records: [LeaseRecord] = []
    for (list, length) in zip(lists, lengths) {
      let reply = try connection.command(["HGETALL", .string(Keys.companion(of: list, "lease"))])
      var fields: [String: String] = [:]
      for index in stride(from: 0, to: reply.count - 1, by: 2) {
        fields[try reply.string(at: index)] = try reply.string(at: index + 1)
      }
      records.append(LeaseRecord(list: list, length: length, fields: fields, nowMs: now))
    }
    return records
  }

  init(list: String, length: Int, fields: [String: String], nowMs: Int64) {
    self.list = list
    self.length = length
    owner = fields["owner"]
    leftMs = (Int64(fields["expires_ms"] ?? "0") ?? 0) - nowMs
    isWorking = !["", "0"].contains(fields["working"] ?? "")
    isPaused = !["", "0"].contains(fields["paused"] ?? "")
    place = "\(fields["incarnation"] ?? "0")/\(fields["position"] ?? "0")"
  }
}
