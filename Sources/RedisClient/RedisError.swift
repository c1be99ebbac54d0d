/// Why a call to Redis failed.
package enum RedisError: Error, Sendable, Equatable {
  /// The server cannot be reached, closed the connection or did not answer in time. The connection is broken.
  case unavailable(String)

  /// The server refused a command; the connection goes on. `code` is the first word of its reply, such as `OOM`,
  /// `NOSCRIPT`, `READONLY` or `LOADING`.
  case server(code: String, message: String)

  /// The server answered with something that the command cannot answer.
  case protocolViolation(String)

  /// An earlier call failed, after which answers could be taken for those of other commands: open a new connection.
  case broken(because: String)
}

extension RedisError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unavailable(let message): "Redis is unavailable: \(message)"
    case .server(let code, let message): message.isEmpty ? "Redis answers \(code)" : "Redis answers \(code) \(message)"
    case .protocolViolation(let message): "Redis answers against its protocol: \(message)"
    case .broken(let reason): "the connection to Redis is broken since an earlier failure: \(reason)"
    }
  }
}
