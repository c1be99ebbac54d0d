import CLibPQ
import Glibc

extension Link {
  /// Connects within so many milliseconds, counted over all hosts of the URL. Name look-ups are libpq's and block: they
  /// are bounded by the resolver's own settings.
  ///
  /// Throws `.usage` for a bad URL, `.timeout` when nobody answers, `.connection` for a refusal (with its SQLSTATE).
  static func connect(url: String, applicationName: String, timeoutMs: Int) throws(PostgresError) -> Link {
    try checkForm(of: url)
    // Those before the URL are defaults that it may change, those behind it are not.
    let settings = [
      ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
      ("tcp_user_timeout", "25000"), ("dbname", url),
      ("application_name", applicationName), ("client_encoding", "UTF8"),
    ]
    guard let handle = start(settings) else { throw PostgresError(kind: .connection, message: "no memory for libpq") }
    let notices = NoticeLog()
    notices.attach(to: handle)
    // libpq 15 gives no SQLSTATE for a refused connection; in verbose messages it is written out.
    PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
    do {
      try finishConnecting(handle, by: Deadline(inMilliseconds: timeoutMs))
    } catch {
      PQfinish(handle)
      throw error
    }
    PQsetErrorVerbosity(handle, PQERRORS_DEFAULT)
    return Link(handle: handle, notices: notices)
  }

  private static func finishConnecting(_ handle: OpaquePointer, by deadline: Deadline) throws(PostgresError) {
    guard PQstatus(handle) != CONNECTION_BAD else { throw refusal(handle) }
    // To be treated at first as if PQconnectPoll had asked to write.
    var wish = PGRES_POLLING_WRITING
    while wish != PGRES_POLLING_OK {
      guard wish != PGRES_POLLING_FAILED else { throw refusal(handle) }
      let events = wish == PGRES_POLLING_READING ? POLLIN : POLLOUT
      switch poll(PQsocket(handle), events, by: deadline) {
      case .ready: break
      case .late:
        throw PostgresError(kind: .timeout, message: "the server did not accept the connection in time")
      case .failed: throw refusal(handle)
      }
      wish = PQconnectPoll(handle)
    }
    guard PQsetnonblocking(handle, 1) == 0 else { throw refusal(handle) }
  }

  private static func start(_ settings: [(String, String)]) -> OpaquePointer? {
    var keys: [UnsafePointer<CChar>?] = settings.map { UnsafePointer(strdup($0.0)) } + [nil]
    var values: [UnsafePointer<CChar>?] = settings.map { UnsafePointer(strdup($0.1)) } + [nil]
    defer { for text in keys + values { free(UnsafeMutablePointer(mutating: text)) } }
    return PQconnectStartParams(&keys, &values, 1)
  }

  /// The server's or libpq's reason, `… failed: FATAL:  3D000: database "x" does not exist`, with its SQLSTATE.
  private static func refusal(_ handle: OpaquePointer) -> PostgresError {
    let text = message(of: handle)
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let code = parts.indices.dropFirst().first { isSQLState(parts[$0]) }
    guard let code else { return PostgresError(kind: .connection, message: text) }
    let reason = parts[(code + 1)...].joined(separator: ":").drop { $0 == " " }
    return PostgresError(
      kind: .connection, sqlState: String(parts[code].drop { $0 == " " }), message: "connecting failed: \(reason)")
  }

  /// Whether the text is two spaces and five digits or capitals, as a verbose message has it behind its severity.
  private static func isSQLState(_ text: Substring) -> Bool {
    let code = text.dropFirst(2)
    return text.hasPrefix("  ") && code.utf8.count == 5
      && code.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
  }

  private static func checkForm(of url: String) throws(PostgresError) {
    // Anything else libpq takes for a database's name, and a typing error would connect to somewhere.
    guard ["postgresql://", "postgres://"].contains(where: { url.hasPrefix($0) }), !url.utf8.contains(0) else {
      throw PostgresError(kind: .usage, message: "the PostgreSQL URL does not begin with postgresql://")
    }
    var reason: UnsafeMutablePointer<CChar>?
    let options = PQconninfoParse(url, &reason)
    defer {
      PQconninfoFree(options)
      PQfreemem(reason)
    }
    guard options == nil else { return }
    // libpq quotes the part at fault, which may be the password.
    let isSecret = url.contains("@") || url.contains("password")
    let why = isSecret ? "" : reason.map { ": " + firstLine(String(cString: $0)) } ?? ""
    throw PostgresError(kind: .usage, message: "the PostgreSQL URL is not valid\(why)")
  }
}
