import Foundation
import Queues
import RedisClient
import Synchronization
import TestServers

/// Lists of a test's own, the command that pushes jobs to them, and somebody who answers.
final class RewardsStandIn: Sendable {
  let keys = Keys(prefix: "test-\(UUID().uuidString.prefix(8)):")
  let program: PuhuiProgram
  private let redisURL: String
  private let taken = Mutex<[String]>([])

  init() throws {
    redisURL = try RedisServer.shared.get().url
    program = PuhuiProgram(environment: ["PUHUI_REDIS_URL": redisURL, "PUHUI_KEY_PREFIX": keys.prefix])
  }

  /// What was taken from lists so far.
  var jobs: [String] { taken.withLock { $0 } }

  func connect() throws -> RedisConnection {
    try .open(RedisURL(redisURL), connectTimeoutMs: 60_000, commandTimeoutMs: 3_600_000)
  }

  /// Takes one job from a list, as a worker would, and answers it with `{"id":…,"op":…,` and the rest.
  func answerOnce(_ list: String, _ rest: String) {
    Thread.detachNewThread { [self] in
      do {
        var redis = try connect()
        let popped = try redis.command(["BRPOP", .string(list), 1800])
        let job = try popped.string(at: 1)
        taken.withLock { $0.append(job) }
        let object = try JSONSerialization.jsonObject(with: Data(job.utf8)) as? [String: Any]
        let (id, op) = (object?["id"] as? String ?? "", object?["op"] as? String ?? "")
        let reply = "{\"id\":\"\(id)\",\"op\":\"\(op)\",\(rest)}"
        _ = try redis.command(["DEL", .string(keys.reply(id))])
        _ = try redis.command(["LPUSH", .string(keys.reply(id)), .string(reply)])
      } catch {
        taken.withLock { $0.append("\(error)") }
      }
    }
  }

  func list(_ name: String) throws -> [String] {
    var redis = try connect()
    let reply = try redis.command(["LRANGE", .string(name), 0, -1])
    return try (0..<reply.count).map { index in try reply.string(at: index) }
  }
}
