internal import Glibc

/// What a process that talks to Redis does about SIGPIPE.
package enum BrokenPipe {
  private static let ignored: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

  /// Makes a write to a closed connection an error instead of the end of the process: hiredis writes with plain
  /// `write()`. Every new connection makes sure of it; a program calls it once at its start all the same, so that the
  /// signal's handling does not change under way.
  package static func ignore() { ignored }
}
