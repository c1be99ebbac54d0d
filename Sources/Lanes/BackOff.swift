/// How long to wait for the next attempt: a ceiling that doubles from `base` up to `cap`, and a random delay below it.
///
/// Full jitter: lanes that lost the same server at the same moment do not come back at the same moment.
package struct BackOff: Sendable {
  private let base: Int
  private let cap: Int
  /// Attempts since the last `reset()`.
  package private(set) var attempt = 0

  /// Both bounds in milliseconds; needs 1 ≤ base ≤ cap.
  package init(baseMs: Int, capMs: Int) {
    precondition(1 <= baseMs && baseMs <= capMs, "a back-off needs 1 ≤ base ≤ cap, not \(baseMs) and \(capMs)")
    base = baseMs
    cap = capMs
  }

  /// The ceiling of the next delay, in milliseconds.
  package var ceilingMs: Int {
    // base ≥ 1: after 62 doublings any cap is reached, and no shift beyond that is ever computed.
    guard attempt < base.leadingZeroBitCount - 1 else { return cap }
    return min(cap, base << attempt)
  }

  /// Counts an attempt; the delay is between 1 ms (a failing loop must never spin) and the ceiling.
  package mutating func nextDelayMs(using random: inout some RandomNumberGenerator) -> Int {
    let ceiling = ceilingMs
    attempt += 1
    return Int.random(in: 1...ceiling, using: &random)
  }

  /// As above, with the system's random source.
  package mutating func nextDelayMs() -> Int {
    var random = SystemRandomNumberGenerator()
    return nextDelayMs(using: &random)
  }

  /// The thing worked: the next failure starts from `base` again.
  package mutating func reset() { attempt = 0 }
}
