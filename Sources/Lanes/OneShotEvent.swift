import Glibc
import Synchronization

/// Something that happens once and is never taken back; any number of threads may wait for it.
///
/// A socket pair that is written once and never read stays readable for every waiter: there is no lost wake-up, and no
/// condition variable whose address would have to stay put.
final class OneShotEvent: Sendable {
  private let raised = Atomic<Bool>(false)
  private let readEnd: Int32
  private let writeEnd: Int32

  init() {
    var ends: [Int32] = [-1, -1]
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let code = socketpair(AF_UNIX, type, 0, &ends)
    precondition(code == 0, "no file descriptor left for an event (errno \(errno))")
    (readEnd, writeEnd) = (ends[0], ends[1])
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }

  var isRaised: Bool { raised.load(ordering: .acquiring) }

  /// Marks the event as happened and wakes all waiters; a second call does nothing.
  func raise() {
    guard !raised.exchange(true, ordering: .acquiringAndReleasing) else { return }
    var one: UInt8 = 1
    // Nothing was written yet and the reading end is open: this write can neither block nor fail.
    _ = write(writeEnd, &one, 1)
  }

  /// Waits at most so long, 0 or less only looks; returns whether the event has happened.
  func wait(milliseconds: Int) -> Bool {
    let end = monotonicMilliseconds().addingSaturated(Int64(milliseconds))
    while !isRaised {
      let left = end - monotonicMilliseconds()
      guard left > 0 else { return false }
      var entry = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
      // Interrupted, early or late: the loop looks again.
      _ = poll(&entry, 1, Int32(clamping: left))
    }
    return true
  }
}

extension Int64 {
  fileprivate func addingSaturated(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
