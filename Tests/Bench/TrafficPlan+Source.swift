import CarbonInclusion
import Feeding

extension TrafficPlan {
  /// The traffic of `puhui simulate` over the 74 days of the source.
  static func source(seed: UInt64, messages: Int) throws -> TrafficPlan {
    let (from, to) = (try Day.read("2022-09-18"), try Day.read("2022-11-30"))
    var plan = TrafficPlan(seed: seed, calendar: .days(from: from, to: to, messages: Int64(messages)))
    plan.firstDay = min(plan.firstDay, from)
    return plan
  }
}

extension Day {
  static func read(_ text: String) throws -> Day {
    guard let day = Day(text) else { throw BenchFault("\(text) is no day") }
    return day
  }
}
