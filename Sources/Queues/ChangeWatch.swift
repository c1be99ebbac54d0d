package import RedisClient

/// Waits for elements of lists that others only push to, without looking again and again: the server tells whoever read
/// a key once that it has changed, for the caches of its clients (`CLIENT TRACKING`, Redis 6 and later).
///
/// What is not told costs time, nothing else: whoever waits also looks by itself now and then.
package struct ChangeWatch: ~Copyable {
  /// Where a connection that speaks the older protocol, RESP2, hears what became of the keys that another one read.
  private static let channel = "__redis__:invalidate"

  /// Only listens: a connection that does cannot ask for anything.
  private var listener: RedisConnection?
  private var isTried = false

  package init() {}

  /// Waits until one of the lists, all of them empty now, has an element, or the time is over.
  ///
  /// - Parameter connection: always the same one; what it reads while it waits is noted by the server.
  /// - Returns: `false`, at once, where a list is not empty, the server is older, or the user may not do this.
  package mutating func awaitElement(
    of lists: [String], milliseconds: Int, on connection: inout RedisConnection
  ) throws(RedisError) -> Bool {
    if !isTried {
      isTried = true
      listener = try Self.listener(for: &connection)
    }
    guard var listener = listener.take() else { return false }
    let waited = try Self.wait(for: lists, milliseconds: milliseconds, &listener, &connection)
    self.listener = consume listener
    return waited
  }

  private static func listener(for connection: inout RedisConnection) throws(RedisError) -> RedisConnection? {
    do throws(RedisError) {
      var listener = try connection.another(name: "puhui-watch")
      let number = try listener.command(["CLIENT", "ID"]).integer()
      _ = try listener.command(["SUBSCRIBE", .string(channel)])
      // Only what is read while waiting is noted: looking at the lists at other times costs the server nothing more.
      _ = try connection.command(["CLIENT", "TRACKING", "ON", "REDIRECT", .integer(number), "OPTIN"])
      return listener
    } catch {
      guard case .server = error else { throw error }
      return nil
    }
  }

  private static func wait(
    for lists: [String], milliseconds: Int, _ listener: inout RedisConnection, _ connection: inout RedisConnection
  ) throws(RedisError) -> Bool {
    // What was told since the last wait is no news.
    while try listener.unasked(withinMs: 0) != nil {}
    let isSomeThere = try connection.pipeline { connection throws(RedisError) in
      try connection.append(["CLIENT", "CACHING", "YES"])
      try connection.append(RedisCommand(["EXISTS"] + lists.map { .string($0) }))
      _ = try connection.reply()
      return try connection.reply().integer() > 0
    }
    guard !isSomeThere else { return false }
    _ = try listener.unasked(withinMs: milliseconds)
    return true
  }
}
