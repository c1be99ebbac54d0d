internal import CHiredis
internal import Glibc

/// The one owner of a hiredis context, which frees it.
struct RedisContext: ~Copyable {
  let pointer: UnsafeMutablePointer<redisContext>

  private init(owning pointer: UnsafeMutablePointer<redisContext>) { self.pointer = pointer }

  deinit { redisFree(pointer) }

  /// What hiredis says went wrong: 0 or one of `REDIS_ERR_…`.
  var error: Int32 { pointer.pointee.err }

  var errorText: String { String(cString: puhui_redis_error_text(pointer)) }
}

extension RedisContext {
  /// Connects; both timeouts are in milliseconds.
  static func connect(
    to url: RedisURL, connectTimeoutMs: Int, commandTimeoutMs: Int
  ) throws(RedisError) -> RedisContext {
    let timeout = timeval(milliseconds: connectTimeoutMs)
    let opened =
      switch url.endpoint {
      case .tcp(let host, let port): redisConnectWithTimeout(host, Int32(port), timeout)
      case .unix(let path): redisConnectUnixWithTimeout(path, timeout)
      }
    guard let opened else { throw .unavailable("cannot connect to \(url): out of memory") }
    let context = RedisContext(owning: opened)
    guard context.error == 0, redisSetTimeout(opened, timeval(milliseconds: commandTimeoutMs)) == REDIS_OK else {
      throw .unavailable("cannot connect to \(url): \(context.errorText)")
    }
    // A child process must not keep the connection open after we closed it.
    _ = fcntl(opened.pointee.fd, F_SETFD, FD_CLOEXEC)
    // Best effort: without it a vanished host is noticed by the command timeout all the same.
    if case .tcp = url.endpoint { _ = redisEnableKeepAlive(opened) }
    // Replies of hundreds of kilobytes are the rule here: keep the read buffer instead of growing it anew each time.
    opened.pointee.reader.pointee.maxbuf = 1 << 20
    return context
  }
}

extension timeval {
  fileprivate init(milliseconds: Int) {
    self.init(tv_sec: milliseconds / 1_000, tv_usec: milliseconds % 1_000 * 1_000)
  }
}
