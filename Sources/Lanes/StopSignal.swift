/// The request to stop, shared by all who must hear it; once given it is never taken back.
package final class StopSignal: Sendable {
  private let event = OneShotEvent()

  package init() {}

  package var isStopping: Bool { event.isRaised }

  /// Asks everybody to stop and wakes those who sleep in `wait`; may be called again and from any thread.
  package func stop() { event.raise() }

  /// Sleeps so long, or until `stop()`; returns true when stopping. Zero or less only looks.
  package func wait(milliseconds: Int) -> Bool { event.wait(milliseconds: milliseconds) }
}
