import Glibc
import RedisClient
import Synchronization

/// A server that has written all of its answers before it is asked, and then hangs up.
final class FakeServer: Sendable {
  static let shared = FakeServer()

  private let path: String
  private let listener: CInt
  /// One conversation at a time: the connection that is accepted must be the one just opened.
  private let turn = Mutex(())

  private init() {
    BrokenPipe.ignore()
    var folder = Array("/tmp/puhui-fuzz-XXXXXX".utf8CString)
    precondition(mkdtemp(&folder) != nil, "no folder for a socket: errno \(errno)")
    path = String(decoding: folder.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self) + "/socket"
    listener = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    precondition(bound == 0 && listen(listener, 8) == 0, "no socket at \(path): errno \(errno)")
    atexit { FakeServer.shared.removeSocket() }
  }

  /// Lends a connection whose commands get these bytes for answers.
  func withConnection(
    answering bytes: [UInt8], _ body: (inout RedisConnection) throws -> Void
  ) throws {
    try turn.withLock { _ in
      var connection = try RedisConnection.open(
        RedisURL("unix://\(path)"), connectTimeoutMs: 1_000, commandTimeoutMs: 1_000)
      let peer = accept(listener, nil, nil)
      defer { close(peer) }
      let written = bytes.withUnsafeBytes { write(peer, $0.baseAddress, $0.count) }
      precondition(written == bytes.count, "an input larger than a socket's buffer")
      shutdown(peer, CInt(SHUT_WR))
      try body(&connection)
    }
  }

  private func removeSocket() {
    unlink(path)
    rmdir(String(path.dropLast("/socket".count)))
  }
}
