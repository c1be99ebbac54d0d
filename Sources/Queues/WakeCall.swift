package import RedisClient

/// A list of one element at most that an idle worker blocks on. A call that gets lost costs time, nothing else: whoever
/// waits also looks by itself now and then.
package enum WakeCall {
  package static func send(to key: String, on connection: inout RedisConnection) throws(RedisError) {
    _ = try script.run(keys: [key], [], on: &connection)
  }

  /// The command that calls whoever waits.
  static func call(_ form: LuaScript.Form, to key: String) -> RedisCommand { script.call(form, keys: [key]) }

  /// Blocks until somebody calls, or the time is over.
  package static func wait(
    at key: String, milliseconds: Int, on connection: inout RedisConnection
  ) throws(RedisError) {
    let seconds = "\(milliseconds / 1000).\(String(1000 + milliseconds % 1000).dropFirst())"
    _ = try connection.command(["BRPOP", .string(key), .string(seconds)])
  }

  /// Key: the list.
  private static let script = LuaScript(
    "if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('LPUSH', KEYS[1], '1') end return 1")
}
