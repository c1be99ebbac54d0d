import RedisClient

/// A command as a person would type it for `redis-cli`. Passwords are left to REDISCLI_AUTH.
struct RedisLine {
  let url: RedisURL

  func text(_ command: [String]) -> String {
    var words = ["redis-cli"]
    switch url.endpoint {
    case .tcp("127.0.0.1", 6379), .tcp("localhost", 6379): break
    case .tcp(let host, let port): words += ["-h", host, "-p", "\(port)"]
    case .unix(let path): words += ["-s", path]
    }
    if let user = url.user { words += ["--user", user] }
    if url.database != 0 { words += ["-n", "\(url.database)"] }
    return (words + command).map(Self.quoted).joined(separator: " ")
  }

  /// As a shell reads it as one word.
  private static func quoted(_ word: String) -> String {
    let isPlain =
      !word.isEmpty
      && word.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"),
          UInt8(ascii: "/"), UInt8(ascii: "."):
          true
        default: false
        }
      }
    guard !isPlain else { return word }
    return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
  }
}
