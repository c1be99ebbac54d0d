/// Decides what one activity is worth, from the catalogue, the clock and what the ledger holds of its resident.
///
/// Pure: the same arguments give the same answer. The order of the rules is part of the contract with partners: refused
/// before overlap, overlap before held, held before capped.
package struct Judge: Sendable {
  package let policy: Policy
  /// The database's clock at the start of the batch.
  package let now: Instant

  package init(policy: Policy, now: Instant) {
    self.policy = policy
    self.now = now
  }

  /// An activity that passed the rules that need no history, with its quantity in the behaviour's unit.
  package struct Admitted: Sendable {
    package var behaviour: Policy.BehaviourPolicy
    package var quantity: Quantity
    var factor: Policy.NumberedFactor
  }

  /// The partner's contract, the programme's start, the clock: for acts and reversals alike.
  package func checkDates(_ activity: Activity, partnerNumber: Int16) throws(Refusal) {
    let day = policy.day(of: activity.endedAt)
    guard let partner = policy.partner(number: partnerNumber), partner.contract.contains(day) else {
      throw Refusal(.outsideContract, "the partner has no contract on \(day)")
    }
    let programme = policy.catalogue.programme
    guard day >= programme.startsOn else {
      throw Refusal(.beforeProgramme, "\(day) is before the programme began on \(programme.startsOn)")
    }
    guard activity.endedAt <= now.adding(seconds: programme.clockToleranceSeconds) else {
      throw Refusal(.inFuture, "ended_at is later than now, \(now.formatted(utcOffsetSeconds: 0))")
    }
    try checkAge(activity.endedAt, limitDays: ageLimitDays(activity, partner: partner))
    if let start = activity.startedAt {
      guard activity.endedAt <= start.adding(seconds: programme.longestActivitySeconds) else {
        throw Refusal(.tooLong, "longer than \(programme.longestActivitySeconds / 86_400) days")
      }
    }
  }

  /// All rules that a new act has to pass before its resident's history is looked at.
  package func admitNew(_ activity: Activity, partnerNumber: Int16) throws(Refusal) -> Admitted {
    try checkDates(activity, partnerNumber: partnerNumber)
    return try admit(activity, partnerNumber: partnerNumber)
  }

  /// The rules that need no history of the resident.
  package func admit(_ activity: Activity, partnerNumber: Int16) throws(Refusal) -> Admitted {
    guard case .act(let code, let reported, let unit) = activity.report else {
      preconditionFailure("a reversal is not admitted as an act")
    }
    guard let behaviour = policy.behaviour(code) else {
      throw Refusal(.unknownBehaviour, "field \"behaviour\": the catalogue has no \"\(code)\"")
    }
    guard behaviour.behaviour.active else {
      throw Refusal(.inactiveBehaviour, "field \"behaviour\": \"\(code)\" has no approved factor yet")
    }
    let quantity = try quantity(reported, unit: unit, of: behaviour.behaviour)
    try refuseImplausible(quantity, activity, behaviour)
    let day = policy.day(of: activity.endedAt)
    guard let factor = behaviour.factor(on: day, partnerNumber: partnerNumber, region: activity.region) else {
      let place = activity.region.map { " in region \($0)" } ?? ""
      throw Refusal(.noFactor, "no factor of \"\(code)\" is valid on \(day)\(place)")
    }
    guard worth(quantity, behaviour: behaviour, factor: factor, day: day) != nil else {
      throw Refusal(.implausibleQuantity, "field \"quantity\": \(quantity) is more than a ledger entry can hold")
    }
    return Admitted(behaviour: behaviour, quantity: quantity, factor: factor)
  }

  /// The rules that need the resident's history: overlap, review, caps; then grams and points.
  ///
  /// `history` holds everything of the resident that touches the activity's day or lies near it; it may hold more.
  package func credit(_ activity: RecordedActivity, admitted: Admitted, history: [RecordedActivity])
    -> RecordedActivity.Credit
  {
    let day = policy.day(of: activity.endedAt)
    if let (other, group) = overlap(of: activity, groups: admitted.behaviour.groups, history: history) {
      return .init(outcome: .overlap, reason: group, detail: "the same act as \(other.id)", other: other)
    }
    if !activity.isReviewed,
      let (reason, detail) = reviewReason(activity, admitted: admitted, day: day, history: history)
    {
      return .init(outcome: .held, reason: reason, detail: detail)
    }
    let (credited, cap) = room(for: activity, behaviour: admitted.behaviour, day: day, history: history)
    // Admission has computed the whole quantity's worth, and a part of it is never worth more.
    let worth = worth(credited, behaviour: admitted.behaviour, factor: admitted.factor, day: day) ?? (0, 0)
    return .init(
      outcome: cap == nil ? .credited : .capped, reason: cap,
      detail: cap.map { "\(credited) of \(activity.quantity) credited: the day's limit \($0) is reached" },
      creditedQuantity: credited, reductionMilligrams: worth.milligrams, nanopoints: worth.nanopoints,
      factorNumber: admitted.factor.number)
  }

  private func worth(
    _ quantity: Quantity, behaviour: Policy.BehaviourPolicy, factor: Policy.NumberedFactor, day: Day
  ) -> (milligrams: Int64, nanopoints: Int64)? {
    guard
      let milligrams = Reduction.milligrams(quantity, unit: behaviour.behaviour.unit, factor: factor.factor),
      let nanopoints = Reduction.nanopoints(
        milligrams: milligrams, quantity: quantity, rule: behaviour.pointsRule(on: day))
    else { return nil }
    return (milligrams, nanopoints)
  }

  private func ageLimitDays(_ activity: Activity, partner: Catalogue.Partner) -> Int? {
    guard case .act(let code, _, _) = activity.report, let behaviour = policy.behaviour(code) else {
      return partner.ageLimitDays
    }
    guard let one = partner.ageLimitDays, let other = behaviour.behaviour.ageLimitDays else {
      return partner.ageLimitDays ?? behaviour.behaviour.ageLimitDays
    }
    return min(one, other)
  }

  private func checkAge(_ endedAt: Instant, limitDays: Int?) throws(Refusal) {
    guard let limitDays, endedAt.adding(seconds: Int64(limitDays) * 86_400) < now else { return }
    throw Refusal(.tooOld, "ended_at is more than \(limitDays) days ago")
  }

  private func quantity(_ reported: Quantity?, unit: MeasureUnit?, of behaviour: Catalogue.Behaviour) throws(Refusal)
    -> Quantity
  {
    if !behaviour.perEvent && (reported == nil || unit == nil) {
      let field = reported == nil ? "quantity" : "unit"
      throw Refusal(
        .missingQuantity, "field \"\(field)\": \"\(behaviour.code)\" needs one, in \(behaviour.unit.rawValue)")
    }
    let unit = unit ?? behaviour.unit
    guard unit.converts(to: behaviour.unit) else {
      throw Refusal(
        .unitMismatch,
        "field \"unit\": \"\(behaviour.code)\" is measured in \(behaviour.unit.rawValue), not in \(unit.rawValue)")
    }
    guard let converted = Reduction.convert(reported ?? .one, from: unit, to: behaviour.unit) else {
      throw Refusal(
        .implausibleQuantity, "field \"quantity\": more than \(Quantity.largest) \(behaviour.unit.rawValue)")
    }
    return converted
  }
}
