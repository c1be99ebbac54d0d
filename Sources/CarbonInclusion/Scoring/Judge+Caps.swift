extension Judge {
  /// How much of the activity the day's caps leave room for, and the cap with the least room where that is not all.
  func room(
    for activity: RecordedActivity, behaviour: Policy.BehaviourPolicy, day: Day, history: [RecordedActivity]
  ) -> (credited: Quantity, cap: String?) {
    let baseUnits = Int128(behaviour.behaviour.unit.baseUnits)
    var credited = activity.quantity
    var deciding: String?
    for cap in behaviour.caps {
      let used = history.reduce(into: Int128(0)) { sum, other in
        guard other.isAction, cap.behaviours.contains(other.behaviourNumber), policy.day(of: other.endedAt) == day,
          let unit = policy.baseUnits(ofBehaviour: other.behaviourNumber)
        else { return }
        sum += Int128(other.credit.creditedQuantity.millionths) * Int128(unit)
      }
      let room = max(0, cap.limitBaseMillionths - used) / baseUnits
      if room < Int128(credited.millionths) {
        credited = Quantity(millionths: Int64(room))
        deciding = cap.code
      }
    }
    return (credited, deciding)
  }
}
