import CarbonInclusion

/// When simulated activities happen: in order, with the rush hours of each local day.
struct TrafficClock: Sendable {
  private let start: Int64
  private let days: Int64
  private let messages: Int64
  /// How much of the day has passed by the start of each hour, by the number of activities.
  private let passed: [UInt64]

  /// - Parameter hours: how busy each hour is, all behaviours together.
  init(from: Day, to: Day, messages: Int64, hours: [UInt64], utcOffsetSeconds: Int) {
    precondition(from <= to && messages > 0, "a calendar without days or messages")
    start = from.start(utcOffsetSeconds: utcOffsetSeconds).microseconds / 1_000_000
    days = Int64(to.number - from.number) + 1
    self.messages = messages
    passed = hours.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
  }

  /// The Unix time of a message by its place in the whole traffic, in seconds.
  func time(ofMessage index: Int64) -> Int64 {
    let position = (index % messages).multipliedFullWidth(by: days)
    let (day, rest) = messages.dividingFullWidth(position)
    // rest / messages of the day's activities have passed.
    let total = passed[passed.count - 1]
    let share = UInt64(rest).multipliedFullWidth(by: total)
    let (whole, remainder) = UInt64(messages).dividingFullWidth(share)
    var hour = 0
    while passed[hour + 1] <= whole { hour += 1 }
    let inHour = Double(whole - passed[hour]) + Double(remainder) / Double(messages)
    let seconds = inHour / Double(passed[hour + 1] - passed[hour]) * 3600
    return start + day * 86_400 + Int64(hour) * 3600 + Int64(seconds)
  }
}
