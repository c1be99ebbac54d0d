/// What is wrong with a Redis URL. It quotes nothing: a password with an unescaped `/` or `@` can stand anywhere.
package enum RedisURLError: Error, Sendable, Equatable {
  case noScheme
  case unknownScheme
  case tlsUnsupported
  case userWithoutPassword
  case emptyPassword
  case badPercentEncoding
  case noHost
  case badHost
  case badPort
  case badDatabase
  case hostInUnixURL
  case noPath
  case pathTooLong
  case badQuery
}

extension RedisURLError: CustomStringConvertible {
  package var description: String { "Redis URL: \(explanation)" }

  private var explanation: String {
    switch self {
    case .noScheme: "it must begin with redis:// or unix://"
    case .unknownScheme: "unknown scheme; use redis:// or unix://"
    case .tlsUnsupported: "rediss:// (TLS) is not supported; put a TLS proxy such as stunnel in between"
    case .userWithoutPassword: "a user needs a password: redis://user:password@host"
    case .emptyPassword: "the password is empty; leave user and password out if there is none"
    case .badPercentEncoding: "a % must be followed by two hexadecimal digits, the result be UTF-8 without NUL"
    case .noHost: "the host is missing"
    case .badHost: "malformed host; an IPv6 address stands in brackets, and : / ? # @ in a password are %-encoded"
    case .badPort: "the port must be a number from 1 to 65535; : / ? # @ in a password are %-encoded"
    case .badDatabase: "the database must be a number: redis://host:port/0 or unix:///path?db=0"
    case .hostInUnixURL: "the path of a socket begins with a third slash: unix:///path/to.sock"
    case .noPath: "the path of the socket is missing: unix:///path/to.sock"
    case .pathTooLong: "the path of a socket has at most 107 bytes"
    case .badQuery: "only unix:// takes a query, and only ?db=N"
    }
  }
}
