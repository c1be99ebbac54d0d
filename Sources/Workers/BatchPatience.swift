import Lanes

/// How a lane waits for the database with a batch in hand: it renews the lease, and once it is to stop it gives up
/// after a while.
struct BatchPatience {
  let clock: any LaneClock
  let pulse: LanePulse
  /// How long the wait goes on once the lane is to stop.
  let stoppingMs: Int64

  /// - Parameter renew: makes the lease last; where that fails, others take the batch over, and the database keeps the
  ///   two apart.
  /// - Returns: what the database's connection asks about once a second: whether to wait on.
  func waiting(_ renew: @escaping () throws -> Void) -> () -> Bool {
    var stoppingSince: Int64?
    return {
      pulse.turn()
      try? renew()
      guard clock.isStopping else { return true }
      let since = stoppingSince ?? clock.nowMs
      stoppingSince = since
      return clock.nowMs - since < stoppingMs
    }
  }
}
