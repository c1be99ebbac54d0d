/// What a loop needs of time, stopping and chance: those of the system, or those of a simulation that repeats itself.
package protocol LaneClock: AnyObject {
  /// Milliseconds on a clock that never steps back.
  var nowMs: Int64 { get }

  var isStopping: Bool { get }

  /// Sleeps so long, or until the lane must stop; returns true when stopping.
  func wait(milliseconds: Int) -> Bool

  /// 64 bits of chance.
  func random() -> UInt64
}

/// The clock's chance, as the standard library takes it.
package struct ClockRandomness: RandomNumberGenerator {
  private let clock: any LaneClock

  package init(_ clock: any LaneClock) { self.clock = clock }

  package mutating func next() -> UInt64 { clock.random() }
}

/// The clock of the system, with the stop signal of the process.
package final class SystemLaneClock: LaneClock {
  private let stop: StopSignal

  package init(stop: StopSignal) { self.stop = stop }

  package var nowMs: Int64 { monotonicMilliseconds() }
  package var isStopping: Bool { stop.isStopping }
  package func wait(milliseconds: Int) -> Bool { stop.wait(milliseconds: milliseconds) }
  package func random() -> UInt64 { UInt64.random(in: .min ... .max) }
}
