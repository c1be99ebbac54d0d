package import CarbonInclusion

/// What traffic to make.
package struct TrafficPlan: Sendable {
  package enum Calendar: Sendable, Equatable {
    /// From the start of one day to the end of another, in order, spread over so many messages; then from the start
    /// again.
    case days(from: Day, to: Day, messages: Int64)
    /// Whatever the model is told is now.
    case live
  }

  package var seed: UInt64
  package var calendar: Calendar
  package var residents: UInt32 = 1_300_000
  package var partners = TrafficPartner.standard
  package var shares = TrafficShares()
  /// The local time of the people, in seconds east of Greenwich.
  package var utcOffsetSeconds = 28_800
  /// No late message is of an earlier day: the programme's first.
  package var firstDay = Day(number: 19_253)
  /// How far back a message may be resent, contradicted or reversed, in messages; bounds the memory.
  package var memory = 32_768

  package init(seed: UInt64, calendar: Calendar) {
    self.seed = seed
    self.calendar = calendar
  }
}
