import CarbonInclusion

extension RewardsGenerator {
  /// Seconds until something may be different: often the second before, or the very one.
  mutating func waiting() -> Int64 {
    let today = world.day(now)
    switch dice.roll(0...99) {
    case 0..<25: return Int64(dice.roll(1...600))
    case 25..<40: return Int64(dice.roll(1...36)) * 3_600
    case 40..<55: return until(today.adding(days: 1))
    case 55..<75: return untilDeadline()
    case 75..<85: return until(today.lastOfMonth(later: 0).adding(days: 1))
    case 85..<95: return untilExpiry(today)
    default: return Int64(dice.roll(5...40)) * 86_400
    }
  }

  private mutating func until(_ day: Day) -> Int64 { seconds(to: day.start(utcOffsetSeconds: world.utcOffsetSeconds)) }

  /// The second before, itself, or the one after.
  private mutating func seconds(to instant: Instant) -> Int64 {
    max(0, (instant.microseconds - now.microseconds) / 1_000_000 + Int64(dice.roll(-1...1)))
  }

  private mutating func untilDeadline() -> Int64 {
    let deadlines =
      model.state.redemptions.values.compactMap(\.deadline) + model.state.adjustments.values.compactMap(\.deadline)
    let ahead = deadlines.filter { $0 > now }.sorted()
    return ahead.isEmpty ? 900 : seconds(to: dice.chance(60) ? ahead[0] : dice.pick(ahead))
  }

  /// When some lot has just ended: of somebody's purse, or of a redemption that is open.
  private mutating func untilExpiry(_ today: Day) -> Int64 {
    let lots =
      model.state.residents.values.flatMap(\.lots)
      + model.state.redemptions.values.filter(\.status.isOpen).flatMap(\.lots)
    let ahead = Set(lots.map(\.expiresOn)).filter { $0 >= today }.sorted()
    return until((ahead.first ?? today).adding(days: 1))
  }
}
