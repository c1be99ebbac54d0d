import CLibPQ
import Glibc

/// The one owner of a libpq handle, in nonblocking mode: each wait ends at a deadline, and the first failure of the
/// socket closes the handle for good.
struct Link: ~Copyable {
  private var handle: OpaquePointer?
  private var brokenBy = "it was closed"
  let notices: NoticeLog
  /// Asked about once a second during a wait; `false` gives it up.
  var whileWaiting: (() -> Bool)?

  init(handle: OpaquePointer, notices: NoticeLog) {
    self.handle = handle
    self.notices = notices
  }

  deinit {
    if let handle { PQfinish(handle) }
  }

  var isBroken: Bool { handle == nil }

  var transactionStatus: PGTransactionStatusType { handle.map { PQtransactionStatus($0) } ?? PQTRANS_UNKNOWN }

  /// Closes the connection and returns the error that says why; the server lets go of its locks as soon as it notices.
  mutating func fail(_ kind: PostgresError.Kind, _ message: String) -> PostgresError {
    if let handle { PQfinish(handle) }
    handle = nil
    brokenBy = message
    return PostgresError(kind: kind, message: message)
  }

  private func open() throws(PostgresError) -> OpaquePointer {
    guard let handle else {
      throw PostgresError(kind: .connection, message: "the connection is broken: \(brokenBy)")
    }
    return handle
  }

  /// Hands a command to libpq, which sends it as far as the socket takes it at once.
  mutating func send(_ call: (OpaquePointer) -> Int32) throws(PostgresError) {
    let handle = try open()
    // A command that libpq refuses leaves it in a state that we do not know: nothing of that connection is used again.
    guard call(handle) == 1 else { throw fail(.connection, Self.message(of: handle)) }
  }

  /// The next result of the command under way, nil after its last one; never waits longer than the deadline.
  mutating func nextResult(by deadline: Deadline) throws(PostgresError) -> PostgresRows? {
    let handle = try open()
    while PQisBusy(handle) == 1 {
      let unsent = PQflush(handle) == 1
      try wait(for: unsent ? POLLIN | POLLOUT : POLLIN, on: handle, by: deadline)
      guard PQconsumeInput(handle) == 0 else { continue }
      // With the socket closed PQgetResult does not wait: it gives what the server said last, then the loss itself.
      guard PQstatus(handle) == CONNECTION_BAD else { throw fail(.connection, Self.message(of: handle)) }
      break
    }
    return PQgetResult(handle).map { PostgresRows(owning: $0) }
  }

  /// The connection proved to be gone: breaks it, with the server's last words where there were some.
  mutating func checkAlive(after failure: PostgresError?) throws(PostgresError) {
    let handle = try open()
    guard PQstatus(handle) == CONNECTION_BAD else { return }
    let lost = fail(.connection, failure?.message ?? Self.message(of: handle))
    throw failure?.with(kind: .connection) ?? lost
  }

  /// Sends bytes of a COPY, and keeps libpq's own buffer short.
  mutating func putCopyData(_ buffer: BinaryBuffer, by deadline: Deadline) throws(PostgresError) {
    let handle = try open()
    var sent = 0
    while sent < buffer.count {
      let length = min(256 << 10, buffer.count - sent)
      try repeatWhileBlocked(on: handle, by: deadline) { handle in
        buffer.withUnsafeBytes { bytes in
          PQputCopyData(
            handle, bytes.baseAddress.map { ($0 + sent).assumingMemoryBound(to: CChar.self) }, Int32(length))
        }
      }
      sent += length
      try flush(by: deadline)
    }
  }

  /// Says that the COPY is complete.
  mutating func endCopy(by deadline: Deadline) throws(PostgresError) {
    try repeatWhileBlocked(on: try open(), by: deadline) { PQputCopyEnd($0, nil) }
  }

  private mutating func repeatWhileBlocked(
    on handle: OpaquePointer, by deadline: Deadline, _ call: (OpaquePointer) -> Int32
  ) throws(PostgresError) {
    while true {
      switch call(handle) {
      case 1: return
      case 0: try wait(for: POLLOUT, on: handle, by: deadline)
      default: throw fail(.connection, Self.message(of: handle))
      }
    }
  }

  private mutating func flush(by deadline: Deadline) throws(PostgresError) {
    let handle = try open()
    while PQflush(handle) == 1 {
      try wait(for: POLLIN | POLLOUT, on: handle, by: deadline)
      // What the server says meanwhile must be read, or both sides may wait for each other.
      guard PQconsumeInput(handle) == 1 else { throw fail(.connection, Self.message(of: handle)) }
    }
  }

  private mutating func wait(for events: Int32, on handle: OpaquePointer, by deadline: Deadline) throws(PostgresError) {
    while true {
      let slice = whileWaiting == nil ? deadline : deadline.orEarlier(inMilliseconds: Self.sliceMs)
      switch Self.poll(PQsocket(handle), events, by: slice) {
      case .ready: return
      case .late where deadline.milliseconds > 0:
        guard whileWaiting?() ?? true else { throw fail(.timeout, "the wait for the server was given up") }
      case .late: throw fail(.timeout, "the server did not answer in time")
      case .failed: throw fail(.connection, Self.message(of: handle))
      }
    }
  }

  private static let sliceMs = 1_000
}

extension Link {
  enum Readiness { case ready, late, failed }

  /// Waits for a socket; an interrupted wait goes on.
  static func poll(_ socket: Int32, _ events: Int32, by deadline: Deadline) -> Readiness {
    guard socket >= 0 else { return .failed }
    while true {
      var entry = pollfd(fd: socket, events: Int16(events), revents: 0)
      let count = Glibc.poll(&entry, 1, deadline.milliseconds)
      if count > 0 { return .ready }
      if count == 0 { return .late }
      if errno != EINTR { return .failed }
    }
  }

  /// libpq's last words on the connection, copied: the next call overwrites them.
  static func message(of handle: OpaquePointer) -> String {
    let text = firstLine(String(cString: PQerrorMessage(handle)))
    return text.isEmpty ? "the connection was lost" : text
  }
}
