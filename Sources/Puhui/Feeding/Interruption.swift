import Glibc
import Lanes

/// The user's wish to end a feeding command: Ctrl-C or SIGTERM. The second one ends the process at once.
enum Interruption {
  private static let signal = StopSignal()

  static var isWanted: Bool { signal.isStopping }

  /// Sleeps so long, or until the user wants to end; returns true then.
  static func wait(milliseconds: Int) -> Bool { signal.wait(milliseconds: milliseconds) }

  /// Takes both signals over, for the rest of the process.
  static func watch() {
    // Made now: a signal handler must not be what makes it.
    guard !isWanted else { return }
    var taken = sigset_t()
    sigemptyset(&taken)
    for number in [SIGINT, SIGTERM] {
      sigaddset(&taken, number)
      _ = Glibc.signal(number) { number in
        // Only an atomic and a write() to a socket: safe inside a handler.
        if Interruption.isWanted { _exit(128 + number) }
        Interruption.signal.stop()
      }
    }
    // Whoever started the process may have blocked them, and a child inherits that.
    pthread_sigmask(SIG_UNBLOCK, &taken, nil)
  }
}
