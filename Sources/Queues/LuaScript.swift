internal import RedisClient

/// A script that runs inside Redis, in one step, even when the server is full.
///
/// It is named by the digest of its text, so that versions of the binary never share a script, and sent as text
/// whenever the server does not know it: after a restart, a failover or `SCRIPT FLUSH`.
struct LuaScript: Sendable {
  /// How a call names its script.
  enum Form: Sendable {
    case digest, text
  }

  private let text: String
  private let digest: String

  /// - Parameter body: Lua for Redis 7; keys and arguments as in `EVAL`, the keys all of one slot. It finds the
  ///   server's clock as `micros` and `now` (milliseconds), and `whole(number)` to write a number without an exponent.
  init(_ body: String) {
    // allow-oom: a queue that cannot note who works on it never gets empty again once the server is full.
    text = """
      #!lua flags=allow-oom
      local time = redis.call('TIME')
      local micros = time[1] * 1000000 + time[2]
      local now = math.floor(micros / 1000)
      local function whole(number) return string.format('%.0f', number) end
      \(body)
      """
    digest = SHA1.hex(text.utf8)
  }

  /// The command that runs the script; its arguments are still to be appended.
  func call(_ form: Form, keys: [String]) -> RedisCommand {
    var command = RedisCommand()
    switch form {
    case .digest:
      command.append("EVALSHA")
      command.append(digest)
    case .text:
      command.append("EVAL")
      command.append(text)
    }
    command.append(keys.count)
    for key in keys { command.append(key) }
    return command
  }

  /// Runs the script alone.
  func run(
    keys: [String], _ arguments: [RedisArgument], on connection: inout RedisConnection
  ) throws(RedisError) -> RedisReply {
    try Self.withFallback { form throws(RedisError) in
      var command = call(form, keys: keys)
      for argument in arguments { command.append(argument) }
      return try connection.command(command)
    }
  }

  /// Runs a body with digests, and once more with texts if the server does not know a script. The body must be such
  /// that repeating it does no harm: a script that the server does not know has done nothing.
  static func withFallback<Result: ~Copyable>(
    _ body: (Form) throws(RedisError) -> Result
  ) throws(RedisError) -> Result {
    do throws(RedisError) {
      return try body(.digest)
    } catch {
      guard case .server("NOSCRIPT", _) = error else { throw error }
      return try body(.text)
    }
  }

  /// Runs a script several times in one round trip. After a reply that the server does not know the script, what is
  /// left is sent once more, as text.
  static func inOneTrip<Call>(
    _ calls: [Call], on connection: inout RedisConnection, command: (Form, Call) -> RedisCommand,
    read: (borrowing RedisReply) throws(RedisError) -> Void
  ) throws(RedisError) {
    var done = 0
    try withFallback { form throws(RedisError) in
      let left = calls[done...]
      try connection.pipeline { connection throws(RedisError) in
        for call in left { try connection.append(command(form, call)) }
        for _ in left {
          try read(connection.reply())
          done += 1
        }
      }
    }
  }
}
