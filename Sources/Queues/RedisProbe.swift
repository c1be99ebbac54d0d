package import RedisClient

/// Tries, without leaving a trace, what the fleet does on a Redis server all the time.
package enum RedisProbe {
  /// Something that was tried, and why the server refused it.
  package struct Refusal: Sendable, Equatable {
    package let what: String
    package let error: String
  }

  /// Commands on keys of the kinds that the fleet uses, and a script that writes although the server may be full.
  ///
  /// - Returns: what was refused; a server that breaks off throws.
  package static func refusals(keys: Keys, on connection: inout RedisConnection) throws(RedisError) -> [Refusal] {
    let inbox = keys.inbox("doctor")
    let lease = Keys.companion(of: inbox, "doctor")
    var refusals: [Refusal] = []
    let tries: [(what: String, command: RedisCommand)] = [
      ("LLEN \(inbox)", ["LLEN", .string(inbox)]), ("EXISTS \(inbox)", ["EXISTS", .string(inbox)]),
      ("LRANGE \(inbox)", ["LRANGE", .string(inbox), -1, -1]),
      ("LINDEX \(keys.score(0))", ["LINDEX", .string(keys.score(0)), -1]),
      ("HMGET \(lease)", ["HMGET", .string(lease), "owner"]),
      ("HGETALL \(keys.workers)", ["HGETALL", .string(keys.workers)]),
      ("HDEL \(keys.workers)", ["HDEL", .string(keys.workers), "doctor"]),
      ("GET \(keys.directory)", ["GET", .string(keys.directory)]),
      ("BRPOP \(keys.wake)", ["BRPOP", .string(keys.wake + ":doctor"), "0.001"]),
      ("SCAN", ["SCAN", "0", "COUNT", "1"]), ("TIME", ["TIME"]),
    ]
    for (what, command) in tries {
      do throws(RedisError) {
        _ = try connection.command(command)
      } catch {
        refusals.append(try refusal(what, error))
      }
    }
    do throws(RedisError) {
      _ = try script.run(keys: [lease], [], on: &connection)
    } catch {
      refusals.append(try refusal("a script that writes \(lease)", error))
    }
    return refusals
  }

  private static func refusal(_ what: String, _ error: RedisError) throws(RedisError) -> Refusal {
    guard case .server(let code, let message) = error else { throw error }
    return Refusal(what: what, error: "\(code) \(message)")
  }

  /// Key: one of the doctor's own, gone again before anybody can see it.
  private static let script = LuaScript(
    "redis.call('HSET', KEYS[1], 'probe', whole(now)) redis.call('DEL', KEYS[1]) return 1")
}
