import Glibc
import Synchronization

/// One dedicated thread that runs one plain synchronous closure, once.
///
/// Blocking C libraries are used here and nowhere else: whatever the body opens stays on this thread, and the shared
/// pool of Swift's tasks never waits for a server.
package final class Lane: Sendable {
  package typealias Body = @Sendable (borrowing LaneContext) throws -> Void

  package let name: String
  private let stop: StopSignal
  private let body: Body
  private let onEnd: @Sendable ((any Error)?) -> Void
  private let started = Atomic<Bool>(false)
  private let ended = OneShotEvent()
  private let failure = Mutex<(any Error)?>(nil)

  /// Bytes of stack: the main thread's usual size, whatever `ulimit` says.
  private static let stackBytes = 8 << 20

  /// Makes a lane that does not run yet; `onEnd` is called on its thread after the body has ended, with its error.
  package init(
    name: String, stop: StopSignal, body: @escaping Body, onEnd: @escaping @Sendable ((any Error)?) -> Void = { _ in }
  ) {
    self.name = name
    self.stop = stop
    self.body = body
    self.onEnd = onEnd
  }

  package var hasEnded: Bool { ended.isRaised }

  /// What the body threw; nil while it runs and after a good end.
  package var error: (any Error)? { failure.withLock { $0 } }

  /// Starts the thread; a lane starts once, a second call is a programming error.
  ///
  /// Throws `LaneStartError` when the system has no thread left; the lane has ended then, and `onEnd` is not called.
  package func start() throws(LaneStartError) {
    precondition(!started.exchange(true, ordering: .acquiringAndReleasing), "lane \(name) was started twice")
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, Self.stackBytes)
    // Detached: `ended` says when the body is over, and a lane that nobody joins leaks nothing.
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let retained = Unmanaged.passRetained(self)
    var thread = pthread_t()
    let code = pthread_create(&thread, &attributes, laneMain, retained.toOpaque())
    guard code == 0 else {
      retained.release()
      ended.raise()
      throw LaneStartError(lane: name, code: code)
    }
  }

  /// Waits at most so long for the body's end; returns whether it has ended. False also for a lane never started.
  package func join(timeoutMs: Int) -> Bool { ended.wait(milliseconds: timeoutMs) }

  fileprivate func run() {
    nameThread()
    blockSignals()
    var thrown: (any Error)?
    do {
      try body(LaneContext(name: name, stop: stop))
    } catch {
      thrown = error
      failure.withLock { $0 = error }
    }
    onEnd(thrown)
    ended.raise()
  }

  /// The kernel keeps 15 bytes of a thread's name; cut at a character, or `top` would show half of one.
  private func nameThread() {
    var short: [UInt8] = []
    for character in name {
      let bytes = Array(character.utf8)
      guard short.count + bytes.count <= 15 else { break }
      short += bytes
    }
    // What pthread_setname_np does; Swift's Glibc module lacks that function. Without a name the lane works too.
    let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = write(file, short, short.count)
    close(file)
  }

  /// Leaves the process's signals to the threads that expect them: a lane's waits are not interrupted by SIGTERM.
  private func blockSignals() {
    var signals = sigset_t()
    sigfillset(&signals)
    // These report a fault of the thread itself; blocked, they would kill the process without a backtrace.
    for fault in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS] { sigdelset(&signals, fault) }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
  }
}

private func laneMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  Unmanaged<Lane>.fromOpaque(argument).takeRetainedValue().run()
  return nil
}
