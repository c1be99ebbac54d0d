import Queues
import RedisClient
import Workers

/// Makes a worker process known to `puhui status`, and lets it be forgotten when it has gone.
final class Presence {
  private let id: String
  private let keys: Keys
  private let describe: () -> String
  private let connect: () throws -> RedisConnection
  private var connection: RedisConnection?

  init(id: String, keys: Keys, describe: @escaping () -> String, connect: @escaping () throws -> RedisConnection) {
    self.id = id
    self.keys = keys
    self.describe = describe
    self.connect = connect
  }

  /// Every 5 s; a line that is a minute old belongs to a process that died.
  var beat: HousekeepingLane.Chore { .init(name: "presence", everyMs: 5_000) { try self.sayHello() } }

  private func sayHello() throws {
    var redis = try connection.take() ?? connect()
    try WorkerRegistry.beat(id: id, description: describe(), forgetMs: 60_000, keys: keys, on: &redis)
    connection = consume redis
  }
}
