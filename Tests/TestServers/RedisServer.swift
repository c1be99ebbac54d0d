import Foundation
import Glibc
import Synchronization

/// A private Redis server on a socket in a temporary folder, as durable as the fleet wants it.
///
/// A small shell stands between: it ends the server and removes the folder when its input closes, that is at `stop()`
/// and whenever this process ends, even by SIGKILL.
package final class RedisServer: Sendable {
  /// The server that all tests of this process share, on keys of their own.
  package static let shared = Result { try RedisServer() }

  package let socketPath: String

  /// The server's URL, as `PUHUI_REDIS_URL` takes it.
  package var url: String { "unix://\(socketPath)" }

  /// The supervisor's input: `nil` once stopped.
  private let input: Mutex<Int32?>
  private let supervisor: pid_t

  /// Starts a server and waits until it answers.
  ///
  /// - Parameter options: further options of `redis-server`, such as `["--maxmemory", "4mb"]`.
  package init(options: [String] = []) throws {
    var template = Array((NSTemporaryDirectory() as NSString).appendingPathComponent("puhui-redis-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else { throw RedisServerError(message: "no temporary folder: errno \(errno)") }
    let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    socketPath = folder + "/redis.sock"
    let arguments =
      [
        "--port", "0", "--unixsocket", socketPath, "--dir", folder, "--daemonize", "no", "--loglevel", "warning",
        "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--maxmemory-policy", "noeviction",
        "--enable-debug-command", "local",
      ] + options
    let (pid, descriptor) = try Self.startSupervisor(["sh", "-c", Self.supervision, folder] + arguments)
    supervisor = pid
    input = Mutex(descriptor)
    _ = try waitForRunId(otherThan: nil)
  }

  deinit { stop() }

  /// Kills the server, as a power cut would end the process, and starts it again on the same files.
  package func restart() throws {
    let before = try waitForRunId(otherThan: nil)
    try input.withLock { descriptor in
      guard let descriptor, write(descriptor, "\n", 1) == 1 else {
        throw RedisServerError(message: "the Redis server was stopped before")
      }
    }
    _ = try waitForRunId(otherThan: before)
  }

  /// Ends the server and removes its files; returns when both are done.
  package func stop() {
    let descriptor = input.withLock { $0.take() }
    guard let descriptor else { return }
    close(descriptor)
    var status: Int32 = 0
    while waitpid(supervisor, &status, 0) == -1 && errno == EINTR {}
  }

  /// Each line of input kills the server and starts it again; its end kills it for good. Ctrl-C reaches the whole
  /// process group, and must not end the shell before its duty is done.
  private static let supervision = """
    trap '' INT TERM HUP
    while :; do
      redis-server "$@" >"$0/redis.log" 2>&1 </dev/null &
      server=$!
      read -r line
      again=$?
      kill -9 "$server"
      wait "$server"
      rm -f "$0/redis.sock"
      [ "$again" = 0 ] || break
    done 2>/dev/null
    rm -rf "$0"
    """

  private static func startSupervisor(_ arguments: [String]) throws -> (pid_t, Int32) {
    var ends: [Int32] = [0, 0]
    // Closed on exec, or another child of this process would keep the input open after its end.
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw RedisServerError(message: "no pair of sockets: errno \(errno)")
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
    // Whatever else this process has open at the moment must not stay open with the server.
    for other in 3..<Int32(1_024) { posix_spawn_file_actions_addclose(&actions, other) }
    defer {
      posix_spawn_file_actions_destroy(&actions)
      close(ends[0])
    }
    // Threads of a pool block all signals, and their children inherit that: the shell would never hear of an ended
    // server.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    defer { posix_spawnattr_destroy(&attributes) }
    var words = arguments.map { strdup($0) }
    defer { for word in words { free(word) } }
    words.append(nil)
    var pid: pid_t = 0
    let status = posix_spawnp(&pid, "sh", &actions, &attributes, words, environ)
    guard status == 0 else {
      close(ends[1])
      throw RedisServerError(message: "cannot start sh: errno \(status)")
    }
    return (pid, ends[1])
  }

  /// Asks the server who it is until it answers, for 20 seconds at most.
  private func waitForRunId(otherThan before: String?) throws -> String {
    let deadline = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < deadline {
      if let runId = runId(), runId != before { return runId }
      usleep(5_000)
    }
    throw RedisServerError(message: "redis-server does not answer on \(socketPath)")
  }

  /// The server's run id; `nil` while it does not answer, or still reads its files and refuses everything else.
  private func runId() -> String? {
    let lines = ask("INFO server persistence\r\nQUIT\r\n").split(whereSeparator: \.isNewline)
    guard lines.contains("loading:0") else { return nil }
    return lines.first { $0.hasPrefix("run_id:") }.map(String.init)
  }

  /// All that the server answers until it hangs up: nothing if it does not listen.
  private func ask(_ commands: String) -> String {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socketPath.utf8) }
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    guard connected, send(descriptor, commands, commands.utf8.count, Int32(MSG_NOSIGNAL)) > 0 else {
      return ""
    }
    var patience = timeval(tv_sec: 1, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var answer: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 16_384)
    while case let count = read(descriptor, &part, part.count), count > 0 { answer += part[..<count] }
    return String(decoding: answer, as: UTF8.self)
  }
}

/// Why there is no server to test with.
package struct RedisServerError: Error, CustomStringConvertible {
  let message: String

  package var description: String { message }
}
