/// Where a Redis server is and who we are there.
///
/// `redis://[user[:password]@]host[:port][/db]` or `unix://[user[:password]@]/path/to.sock[?db=N]`; user and password
/// may be percent-encoded, a user without a name is the default one (`redis://:secret@host`).
package struct RedisURL: Sendable, Equatable {
  /// A way to reach a server.
  package enum Endpoint: Sendable, Equatable {
    case tcp(host: String, port: Int)
    case unix(path: String)
  }

  package let endpoint: Endpoint
  package let user: String?
  package let password: String?
  package let database: Int

  /// Reads a URL.
  ///
  /// - Throws: what is wrong with it, in words that never show the password.
  package init(_ text: String) throws(RedisURLError) {
    guard let separator = text.firstRange(of: "://") else { throw .noScheme }
    let rest = text[separator.upperBound...]
    let authorityEnd = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
    let authority = rest[..<authorityEnd]
    let at = authority.lastIndex(of: "@")
    (user, password) = try Self.credentials(at.map { authority[..<$0] })
    let address = at.map { authority[authority.index(after: $0)...] } ?? authority
    switch text[..<separator.lowerBound] {
    case "redis":
      endpoint = try Self.tcp(address)
      database = try Self.database(path: rest[authorityEnd...])
    case "unix":
      guard address.isEmpty else { throw .hostInUnixURL }
      (endpoint, database) = try Self.unix(rest[authorityEnd...])
    case "rediss": throw .tlsUnsupported
    default: throw .unknownScheme
    }
  }
}

extension RedisURL: CustomStringConvertible {
  /// The URL as it may be shown: with the user, never with the password.
  package var description: String {
    let credentials = password != nil ? "\(user ?? ""):***@" : user.map { "\($0)@" } ?? ""
    return switch endpoint {
    case .tcp(let host, let port):
      "redis://\(credentials)\(host.contains(":") ? "[\(host)]" : host):\(port)/\(database)"
    case .unix(let path): "unix://\(credentials)\(path)" + (database == 0 ? "" : "?db=\(database)")
    }
  }
}

extension RedisURL: CustomDebugStringConvertible, CustomReflectable {
  package var debugDescription: String { description }

  /// No children: a mirror (`dump`, a failed expectation) would show the password.
  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension RedisURL {
  private static func credentials(
    _ text: Substring?
  ) throws(RedisURLError) -> (user: String?, password: String?) {
    guard let text else { return (nil, nil) }
    let colon = text.firstIndex(of: ":")
    let user = try percentDecoded(text[..<(colon ?? text.endIndex)])
    let password: String? =
      if let colon { try percentDecoded(text[text.index(after: colon)...]) } else { nil }
    guard password?.isEmpty != true else { throw .emptyPassword }
    // AUTH takes a password alone or a user with a password.
    guard password != nil else { throw .userWithoutPassword }
    return (user.isEmpty ? nil : user, password)
  }

  private static func tcp(_ address: Substring) throws(RedisURLError) -> Endpoint {
    var host = address
    var port: Substring?
    if address.first == "[" {
      guard let close = address.firstIndex(of: "]") else { throw .badHost }
      host = address[address.index(after: address.startIndex)..<close]
      let after = address[address.index(after: close)...]
      guard after.isEmpty || after.first == ":" else { throw .badHost }
      port = after.isEmpty ? nil : after.dropFirst()
      guard host.contains(":") else { throw .badHost }
    } else if let colon = address.firstIndex(of: ":") {
      host = address[..<colon]
      port = address[address.index(after: colon)...]
      guard port?.contains(":") != true else { throw .badHost }
    }
    guard !host.isEmpty else { throw .noHost }
    guard host.utf8.allSatisfy({ isHostByte($0) }) else { throw .badHost }
    guard let port else { return .tcp(host: String(host), port: 6379) }
    guard let number = decimal(port), (1...65_535).contains(number) else { throw .badPort }
    return .tcp(host: String(host), port: number)
  }

  private static func database(path: Substring) throws(RedisURLError) -> Int {
    guard !path.contains("?") && !path.contains("#") else { throw .badQuery }
    let digits = path.dropFirst()
    guard !digits.isEmpty else { return 0 }
    guard let number = decimal(digits) else { throw .badDatabase }
    return number
  }

  private static func unix(_ rest: Substring) throws(RedisURLError) -> (Endpoint, Int) {
    guard !rest.contains("#") else { throw .badQuery }
    let question = rest.firstIndex(of: "?")
    let path = try percentDecoded(rest[..<(question ?? rest.endIndex)])
    guard path.utf8.count > 1 else { throw .noPath }
    guard path.utf8.count <= longestSocketPath else { throw .pathTooLong }
    guard let question else { return (.unix(path: path), 0) }
    let query = rest[rest.index(after: question)...]
    guard query.hasPrefix("db=") else { throw .badQuery }
    guard let number = decimal(query.dropFirst(3)) else { throw .badDatabase }
    return (.unix(path: path), number)
  }

  /// What fits into `sockaddr_un` with its final NUL; hiredis would cut a longer one silently.
  private static let longestSocketPath = 107

  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: [UInt8]("-._:%".utf8).contains(byte)
    }
  }

  private static func decimal(_ text: Substring) -> Int? {
    guard text.utf8.count <= 9, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text)
  }

  private static func percentDecoded(_ text: Substring) throws(RedisURLError) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else {
        throw .badPercentEncoding
      }
      bytes.append(high << 4 | low)
    }
    // A NUL would end a path early inside the C library.
    guard !bytes.contains(0), let decoded = String(validating: bytes, as: UTF8.self) else { throw .badPercentEncoding }
    return decoded
  }

  private static func hexDigit(_ byte: UInt8) -> UInt8? {
    Character(UnicodeScalar(byte)).hexDigitValue.map { UInt8($0) }
  }
}
