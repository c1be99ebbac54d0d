import CarbonInclusion
import Messages
import Queues
import RedisClient

/// Redis' side of `puhui status`.
struct QueueStatus {
  struct List {
    var name: String
    var length: Int
    /// Who works on it, as `host:pid:start:lane`; `nil` where nobody does.
    var owner: String?
    var leaseMs: Int64?
    /// How long its oldest block waits; lists of blocks only.
    var oldestMs: Int64?
    /// For how long an operator has had it paused; `nil` where it is not.
    var pausedMs: Int64?
  }

  var inboxes: [List]
  var shards: [List]
  /// Of administrators, and of partners that deliver rewards and have answered.
  var jobs: [List]
  /// Lists under the names of inboxes or jobs that the catalogue gives to nobody: typing errors, mostly.
  var strangers: [List]
  var workers: [WorkerRegistry.Entry]

  static func read(
    partners: [String], administrators: [String], keys: Keys, _ redis: inout RedisConnection
  ) throws(RedisError) -> QueueStatus {
    let ours = Set(partners.map(keys.inbox) + administrators.map(keys.jobs))
    var found: [String] = []
    for pattern in ["in:*", "jobs:*"] { found += try scan(keys.prefix + pattern, &redis) }
    let jobs = administrators.map(keys.jobs) + (try scan(keys.prefix + "fulfilled:*", &redis)).sorted()
    let strangers = found.filter { !ours.contains($0) }.sorted()
    return QueueStatus(
      inboxes: try lists(partners.map(keys.inbox), &redis),
      shards: try shardLists((0..<ShardMap.count).map(keys.score), &redis),
      jobs: try lists(jobs, &redis), strangers: try lists(strangers, &redis),
      workers: try WorkerRegistry.entries(keys: keys, on: &redis))
  }

  private static func lists(_ names: [String], _ redis: inout RedisConnection) throws(RedisError) -> [List] {
    let lengths = try Backlog.lengths(of: names, on: &redis)
    let now = try redis.serverTimeMs()
    var lists: [List] = []
    for (name, length) in zip(names, lengths) {
      let lease = try redis.command(
        ["HMGET", .string(Keys.companion(of: name, "lease")), "owner", "expires_ms", "paused"])
      let expires = Int64((try? lease.string(at: 1)) ?? "0") ?? 0
      let pausedAt = (try? lease.string(at: 2)).flatMap { Int64($0) }
      lists.append(
        List(
          name: name, length: length, owner: expires > now ? try? lease.string(at: 0) : nil,
          leaseMs: expires > now ? expires - now : nil, oldestMs: nil,
          pausedMs: pausedAt.map { max(0, now - $0) }))
    }
    return lists
  }

  private static func shardLists(_ names: [String], _ redis: inout RedisConnection) throws(RedisError) -> [List] {
    var lists = try lists(names, &redis)
    let now = try redis.serverTimeMs()
    for index in lists.indices where lists[index].length > 0 {
      let block = try redis.command(["LINDEX", .string(lists[index].name), -1])
      if let stamp = block.bytes.flatMap({ Block.pushedAtMilliseconds(of: $0) }) {
        lists[index].oldestMs = max(0, now - stamp)
      }
    }
    return lists
  }

  /// SCAN goes in steps, so that a server with millions of keys is not held up; a bound keeps it from going on forever.
  private static func scan(_ pattern: String, _ redis: inout RedisConnection) throws(RedisError) -> [String] {
    var cursor = "0"
    var names: Set<String> = []
    for _ in 0..<100_000 {
      let reply = try redis.command(
        ["SCAN", .string(cursor), "MATCH", .string(pattern), "COUNT", 1000, "TYPE", "list"])
      guard case .array(let parts) = reply.value, parts.count == 2, case .array(let found) = parts[1] else { break }
      names.formUnion(found.compactMap(\.text))
      cursor = parts[0].text ?? "0"
      if cursor == "0" { break }
    }
    return Array(names)
  }
}

extension RedisConnection {
  /// The server's clock, in milliseconds since 1970.
  mutating func serverTimeMs() throws(RedisError) -> Int64 {
    let time = try command(["TIME"])
    return (Int64(try time.string(at: 0)) ?? 0) * 1000 + (Int64(try time.string(at: 1)) ?? 0) / 1000
  }
}
