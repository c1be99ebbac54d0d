internal import CHiredis
internal import Glibc

/// One connection to Redis, owned by whoever holds it: it blocks, and belongs on a thread of its own.
///
/// After any failure but a server's refusal it is broken for good, because a late reply would be taken for the answer
/// to the next command: drop it and open a new one.
package struct RedisConnection: ~Copyable {
  private let context: RedisContext
  private let url: RedisURL
  private let commandTimeoutMs: Int
  private var unread = 0
  private var failure: String?
  private var knownRunId: String?

  /// Connects, signs in, selects the database and tells the server the connection's name.
  ///
  /// - Parameters:
  ///   - connectTimeoutMs: the longest wait for the connection, in milliseconds (looking up a name comes on top).
  ///   - commandTimeoutMs: the longest silence while waiting for a reply, in milliseconds.
  ///   - name: what `CLIENT LIST` shows; left out where the user may not set it.
  /// - Throws: `RedisError.unavailable`, or `RedisError.server` where the server refuses user, password or database.
  package static func open(
    _ url: RedisURL, connectTimeoutMs: Int = 2_000, commandTimeoutMs: Int = 5_000, name: String? = nil
  ) throws(RedisError) -> RedisConnection {
    precondition(connectTimeoutMs > 0 && commandTimeoutMs > 0, "a wait without an end")
    BrokenPipe.ignore()
    var connection = RedisConnection(
      context: try RedisContext.connect(
        to: url, connectTimeoutMs: connectTimeoutMs, commandTimeoutMs: commandTimeoutMs),
      url: url, commandTimeoutMs: commandTimeoutMs)
    try connection.signIn(name: name)
    return connection
  }

  private init(context: consuming RedisContext, url: RedisURL, commandTimeoutMs: Int) {
    self.context = context
    self.url = url
    self.commandTimeoutMs = commandTimeoutMs
  }

  /// Another connection to the same server, as the same user.
  package func another(name: String) throws(RedisError) -> RedisConnection {
    try RedisConnection.open(url, commandTimeoutMs: commandTimeoutMs, name: name)
  }

  /// Whether every further call throws.
  package var isBroken: Bool { failure != nil }

  /// Sends a command and waits for its reply.
  ///
  /// - Throws: any `RedisError`; after `.server` the connection goes on.
  package mutating func command(_ command: RedisCommand) throws(RedisError) -> RedisReply {
    try checkUsable()
    precondition(unread == 0, "replies of a pipeline were left unread: their answers would be taken for this one's")
    try append(command)
    return try reply()
  }

  /// Runs a body that appends commands and reads their replies. Replies that it leaves unread, as when it throws at
  /// the first refusal, are read and dropped, so that they cannot be taken for the answers to later commands.
  package mutating func pipeline<Result: ~Copyable>(
    _ body: (inout RedisConnection) throws(RedisError) -> Result
  ) throws(RedisError) -> Result {
    do throws(RedisError) {
      let result = try body(&self)
      try dropUnread()
      return result
    } catch {
      if !isBroken { try dropUnread() }
      throw error
    }
  }

  /// Adds a command to what the next `reply()` sends; use it inside `pipeline`.
  package mutating func append(_ command: RedisCommand) throws(RedisError) {
    try checkUsable()
    precondition(command.count > 0, "a command without a name")
    let status = command.withArguments { redisAppendCommandArgv(context.pointer, $0, $1, $2) }
    guard status == REDIS_OK else { throw breakDown(reason: ENOMEM) }
    unread += 1
  }

  /// Sends what was appended and waits for the reply to the oldest command not yet answered.
  ///
  /// - Throws: any `RedisError`; after `.server` this reply counts as read and the connection goes on.
  package mutating func reply() throws(RedisError) -> RedisReply {
    try checkUsable()
    precondition(unread > 0, "no command waits for a reply")
    var tree: UnsafeMutablePointer<redisReply>?
    var reason: Int32 = 0
    guard puhui_redis_get_reply(context.pointer, &tree, &reason) == REDIS_OK, let tree else {
      throw breakDown(reason: reason)
    }
    unread -= 1
    let reply = RedisReply(owning: tree)
    if let error = reply.serverError { throw error }
    return reply
  }

  /// Waits for what the server says without being asked, as to a subscriber.
  ///
  /// - Returns: `nil` where it says nothing for so long.
  /// - Throws: any `RedisError`; after `.server` the connection goes on.
  package mutating func unasked(withinMs milliseconds: Int) throws(RedisError) -> RedisReply? {
    try checkUsable()
    precondition(unread == 0, "replies of a pipeline were left unread: they would be taken for what nobody asked for")
    var next: UnsafeMutableRawPointer?
    guard redisReaderGetReply(context.pointer.pointee.reader, &next) == REDIS_OK else { throw breakDown(reason: 0) }
    if let next { return RedisReply(owning: next.assumingMemoryBound(to: redisReply.self)) }
    var socket = pollfd(fd: context.pointer.pointee.fd, events: Int16(POLLIN), revents: 0)
    guard poll(&socket, 1, Int32(milliseconds)) != 0 else { return nil }
    unread = 1
    return try reply()
  }

  /// The identity of the server process behind this connection: another one after each restart and failover.
  package mutating func serverRunId() throws(RedisError) -> String {
    if let knownRunId { return knownRunId }
    let info = try command(["INFO", "server"]).string ?? ""
    guard let line = info.split(whereSeparator: \.isNewline).first(where: { $0.hasPrefix("run_id:") }) else {
      throw .protocolViolation("INFO server names no run_id")
    }
    let runId = String(line.dropFirst("run_id:".count))
    knownRunId = runId
    return runId
  }
}

extension RedisConnection {
  private mutating func signIn(name: String?) throws(RedisError) {
    if let password = url.password {
      var auth: RedisCommand = ["AUTH"]
      if let user = url.user { auth.append(user) }
      auth.append(password)
      _ = try command(auth)
    }
    if url.database != 0 { _ = try command(["SELECT", .integer(Int64(url.database))]) }
    guard let name else { return }
    do throws(RedisError) {
      _ = try command(["CLIENT", "SETNAME", .string(name)])
    } catch {
      // A partner's user may be allowed nothing but LPUSH; a name is only for people.
      guard case .server("NOPERM", _) = error else { throw error }
    }
  }

  private mutating func dropUnread() throws(RedisError) {
    while unread > 0 {
      do throws(RedisError) {
        _ = try reply()
      } catch {
        guard case .server = error else { throw error }
      }
    }
  }

  private func checkUsable() throws(RedisError) {
    if let failure { throw .broken(because: failure) }
  }

  /// Marks the connection as broken and says why.
  private mutating func breakDown(reason: Int32) -> RedisError {
    let text =
      if context.error == REDIS_ERR_IO && (reason == EAGAIN || reason == EWOULDBLOCK) {
        "no reply within \(commandTimeoutMs) ms"
      } else {
        context.errorText
      }
    failure = text
    guard context.error != REDIS_ERR_PROTOCOL else { return .protocolViolation(text) }
    return .unavailable("\(url): \(text)")
  }
}
