extension Judge {
  func refuseImplausible(_ quantity: Quantity, _ activity: Activity, _ behaviour: Policy.BehaviourPolicy)
    throws(Refusal)
  {
    let unit = behaviour.behaviour.unit
    if let limit = behaviour.refuse.quantityAbove, quantity > limit {
      throw Refusal(
        .implausibleQuantity, "field \"quantity\": \(quantity) \(unit.rawValue) is above \(limit) \(unit.rawValue)")
    }
    if let limit = behaviour.refuse.speedAboveKmh,
      isFaster(quantity, unit: unit, from: activity.startedAt, to: activity.endedAt, than: limit)
    {
      throw Refusal(.implausibleSpeed, "mean speed is above \(limit) km/h")
    }
  }

  /// Which limit of review the activity exceeds, if one.
  func reviewReason(
    _ activity: RecordedActivity, admitted: Admitted, day: Day, history: [RecordedActivity]
  ) -> (reason: String, detail: String)? {
    let hold = admitted.behaviour.hold
    let unit = admitted.behaviour.behaviour.unit
    if let limit = hold.quantityAbove, activity.quantity > limit {
      return ("quantity_above", "\(activity.quantity) \(unit.rawValue) is above \(limit) \(unit.rawValue)")
    }
    if let limit = hold.speedAboveKmh,
      isFaster(activity.quantity, unit: unit, from: activity.startedAt, to: activity.endedAt, than: limit)
    {
      return ("speed_above", "mean speed is above \(limit) km/h")
    }
    if let limit = hold.countPerDayAbove {
      let count = history.count { other in
        other.behaviourNumber == activity.behaviourNumber && !other.isReversed
          && (other.credit.outcome.isCrediting || other.credit.outcome == .held) && policy.day(of: other.endedAt) == day
      }
      if count >= limit { return ("count_per_day_above", "more than \(limit) on \(day)") }
    }
    return nil
  }

  /// Exact comparison of a mean speed; a length covered in no time is faster than any limit.
  private func isFaster(
    _ quantity: Quantity, unit: MeasureUnit, from start: Instant?, to end: Instant, than limitKmh: Quantity
  ) -> Bool {
    guard let start, unit.dimension == .length else { return false }
    // metres × 3600 s/h > km/h × 1000 m/km × seconds, all times a million twice over.
    let metresPerHour = Int128(quantity.millionths) * Int128(unit.baseUnits) * 3600 * 1_000_000
    let limit = Int128(limitKmh.millionths) * 1000 * Int128(end.microseconds - start.microseconds)
    return metresPerHour > limit
  }
}
