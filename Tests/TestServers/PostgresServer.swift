import Foundation
import Synchronization

/// A private PostgreSQL, durable as in production (fsync on), on a unix socket in a folder of its own.
///
/// It lives as long as the test process: a shell beside the server waits for the end of a pipe that only this process
/// holds open, and then stops the server and removes the folder. That works for a crash and for `kill -9` too.
package final class PostgresServer: Sendable {
  /// The server of this test process, started on first use.
  package static let shared: PostgresServer = {
    do { return try PostgresServer() } catch { fatalError("\(error)") }
  }()

  package struct StartError: Error, CustomStringConvertible {
    package let description: String
  }

  /// The folder that holds the socket, the data and the server's log.
  private let folder: String
  private let shell: Process
  /// Its closing is what stops the server.
  private let lifeline = Pipe()
  private let databases = Atomic<Int>(0)

  /// Starts a further server, with settings of its own (`["name=value"]`); returns when it takes connections.
  package init(settings: [String] = []) throws {
    folder = try Self.makeFolder()
    shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = ["-c", Self.script, "postgres-for-tests", folder] + settings.flatMap { ["-c", $0] }
    shell.standardInput = lifeline
    let answer = Pipe()
    shell.standardOutput = answer
    // The write end must not live on in any child of this process, the shell included, or the server would outlive it.
    _ = fcntl(lifeline.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
    try shell.run()
    let words = String(decoding: answer.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    guard words == "ready\n" else {
      throw StartError(description: "PostgreSQL did not start:\n\(words)")
    }
  }

  /// Stops the server and removes its folder; for servers other than the shared one.
  package func stop() {
    try? lifeline.fileHandleForWriting.close()
    shell.waitUntilExit()
  }

  deinit { stop() }

  /// The URL of a database of this server, as its superuser.
  package func url(database: String) -> String { "postgresql:///\(database)?host=\(folder)&user=puhui" }

  /// Makes an empty database under a new name, and returns its URL.
  package func makeDatabase() throws -> String {
    let number = databases.wrappingAdd(1, ordering: .relaxed).newValue
    let name = "test_\(number)_\(UInt32.random(in: 0 ... .max))"
    let psql = Process()
    psql.executableURL = URL(fileURLWithPath: "/bin/sh")
    let create = "CREATE DATABASE \(name) TEMPLATE template0"
    psql.arguments = [
      "-c", Self.findPrograms + #"exec "$bin/psql" -X -q -v ON_ERROR_STOP=1 -c "$1" "$2""#, "psql", create,
      url(database: "postgres"),
    ]
    psql.standardInput = FileHandle.nullDevice
    try psql.run()
    psql.waitUntilExit()
    guard psql.terminationStatus == 0 else { throw StartError(description: "\(create) failed") }
    return url(database: name)
  }
}

extension PostgresServer {
  /// A socket's path may have 107 bytes: a long temporary folder is left for the system's short one.
  private static func makeFolder() throws -> String {
    let wanted = ProcessInfo.processInfo.environment["TMPDIR"] ?? P_tmpdir
    let parent = wanted.utf8.count > 60 ? P_tmpdir : wanted
    var template = Array("\(parent)/puhui-pg.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw StartError(description: "no folder for PostgreSQL in \(parent): errno \(errno)")
    }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static let findPrograms = """
    bin=$(pg_config --bindir 2>/dev/null) || bin=
    for folder in /usr/lib/postgresql/*/bin; do [ -x "$bin/initdb" ] || bin=$folder; done

    """

  /// Its first argument is the folder, the others go to the server. Says `ready`, or why not, on standard output.
  private static let script =
    findPrograms + """
      # Ctrl-C reaches the whole terminal; the end of the test process decides, not a signal.
      trap '' INT HUP TERM PIPE
      folder=$1; shift
      finish() { rm -rf "$folder"; exit; }
      # PostgreSQL refuses to run as root.
      as=
      if [ "$(id -u)" = 0 ]; then
        as="setpriv --reuid=postgres --regid=postgres --clear-groups"
        chown postgres: "$folder"
      fi
      chmod 755 "$folder"
      cd "$folder"
      if ! $as "$bin/initdb" -D "$folder/data" -U puhui -A trust -E UTF8 --locale=C --no-sync </dev/null >log 2>&1
      then cat log; finish; fi
      # Killed with this shell, should somebody kill that (asked for last: a change of user would forget it). SIGQUIT:
      # stop at once, no checkpoint.
      $as setpriv --pdeathsig QUIT "$bin/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= \\
        -c max_connections=200 -c fsync=on -c synchronous_commit=on -c logging_collector=off "$@" </dev/null >log 2>&1 &
      server=$!
      tries=0
      until "$bin/pg_isready" -q -h "$folder" -U puhui -d postgres; do
        tries=$((tries + 1))
        if ! kill -0 $server 2>/dev/null || [ $tries -gt 600 ]; then
          cat log; kill -QUIT $server 2>/dev/null || :; wait $server; finish
        fi
        sleep 0.05
      done
      echo ready 2>/dev/null || :
      exec >/dev/null 2>&1
      read -r line || :
      # Backends that a test has stopped are killed by the server itself, after 5 seconds.
      kill -QUIT $server 2>/dev/null || :
      wait $server || :
      finish
      """
}
