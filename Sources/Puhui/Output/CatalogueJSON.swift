import CarbonInclusion

/// The policy of a catalogue as JSON: what an auditor's program needs to compute the same amounts; decimals as strings.
enum CatalogueJSON {
  static func text(_ catalogue: Catalogue) -> String {
    let programme = catalogue.programme
    return JSON.object([
      ("programme", .string(programme.code)), ("time_zone", .string(programme.timeZone)),
      ("utc_offset_seconds", .integer(Int64(programme.utcOffsetSeconds))),
      ("starts_on", .string("\(programme.startsOn)")),
      ("longest_activity_seconds", .integer(programme.longestActivitySeconds)),
      ("clock_tolerance_seconds", .integer(programme.clockToleranceSeconds)),
      ("partners", .array(catalogue.partners.map(partner))),
      ("behaviours", .array(catalogue.behaviours.map(behaviour))),
      ("factors", .array(catalogue.factors.map(factor))), ("points_rules", .array(catalogue.pointsRules.map(rule))),
      ("caps", .array(catalogue.caps.map(cap))), ("plausibility", .array(catalogue.plausibility.map(plausibility))),
      ("exclusivity", .array(catalogue.exclusivityGroups.map(group))), ("titles", .array(catalogue.titles.map(title))),
      ("rewards", .array(catalogue.rewards.map(reward))), ("redemption", redemption(catalogue.pointsPolicy)),
    ]).text
  }

  private static func partner(_ partner: Catalogue.Partner) -> JSON {
    .object([
      ("code", .string(partner.code)), ("kind", .string(partner.kind.rawValue)),
      ("contract_from", .string("\(partner.contract.from)")), ("contract_to", day(partner.contract.to)),
      ("age_limit_days", .optional(partner.ageLimitDays.map(Int64.init))),
    ])
  }

  private static func behaviour(_ behaviour: Catalogue.Behaviour) -> JSON {
    .object([
      ("code", .string(behaviour.code)), ("category", .string(behaviour.category)),
      ("unit", .string(behaviour.unit.rawValue)), ("per_event", .bool(behaviour.perEvent)),
      ("active", .bool(behaviour.active)), ("age_limit_days", .optional(behaviour.ageLimitDays.map(Int64.init))),
    ])
  }

  private static func factor(_ factor: Catalogue.Factor) -> JSON {
    .object([
      ("version", .string(factor.version)), ("behaviour", .string(factor.behaviour)),
      ("region", .optional(factor.region?.description)), ("partner", .optional(factor.partner)),
      ("grams", decimal(factor.grams)), ("per", decimal(factor.per)), ("unit", .string(factor.unit.rawValue)),
      ("valid_from", .string("\(factor.validity.from)")), ("valid_to", day(factor.validity.to)),
    ])
  }

  private static func rule(_ rule: Catalogue.PointsRule) -> JSON {
    var perGram: Quantity?
    var perUnit: Quantity?
    switch rule.basis {
    case .perGram(let rate): perGram = rate
    case .perUnit(let rate): perUnit = rate
    }
    return .object([
      ("version", .string(rule.version)), ("behaviour", .optional(rule.behaviour)), ("per_gram", decimal(perGram)),
      ("per_unit", decimal(perUnit)), ("valid_from", .string("\(rule.validity.from)")),
      ("valid_to", day(rule.validity.to)),
    ])
  }

  private static func cap(_ cap: Catalogue.Cap) -> JSON {
    .object([
      ("code", .string(cap.code)), ("behaviours", .array(cap.behaviours.map { .string($0) })),
      ("quantity_per_day", decimal(cap.quantityPerDay)), ("unit", .string(cap.unit.rawValue)),
    ])
  }

  private static func plausibility(_ plausibility: Catalogue.Plausibility) -> JSON {
    .object([
      ("behaviour", .string(plausibility.behaviour)), ("refuse", limits(plausibility.refuse)),
      ("hold", limits(plausibility.hold)),
    ])
  }

  private static func limits(_ limits: Catalogue.Plausibility.Limits) -> JSON {
    var fields: [(String, JSON)] = []
    if let limit = limits.quantityAbove { fields.append(("quantity_above", decimal(limit))) }
    if let limit = limits.speedAboveKmh { fields.append(("speed_kmh_above", decimal(limit))) }
    if let limit = limits.countPerDayAbove { fields.append(("count_per_day_above", .integer(Int64(limit)))) }
    return .object(fields)
  }

  private static func group(_ group: Catalogue.ExclusivityGroup) -> JSON {
    .object([
      ("code", .string(group.code)), ("behaviours", .array(group.behaviours.map { .string($0) })),
      ("scope", .string(group.scope.rawValue)), ("window_seconds", .integer(group.windowSeconds)),
      ("evidence_distinguishes", .bool(group.evidenceDistinguishes)),
    ])
  }

  private static func title(_ title: Catalogue.Title) -> JSON {
    .object([("code", .string(title.code)), ("from_milligrams", .integer(title.fromMilligrams))])
  }

  private static func reward(_ reward: Catalogue.Reward) -> JSON {
    .object([
      ("code", .string(reward.code)), ("kind", .string(reward.kind.rawValue)), ("points", .integer(reward.points)),
      ("partner", .optional(reward.partner)),
      ("answer_within_seconds", reward.kind == .partner ? .integer(reward.answerWithinSeconds) : .null),
      ("valid_from", day(reward.validity?.from)), ("valid_to", day(reward.validity?.to)),
      ("limit_quantity", .optional(reward.limit?.quantity)), ("limit_per", .optional(reward.limit?.period.rawValue)),
      ("budget_points", .optional(reward.budgetPoints)),
      ("approval_above_points", .optional(reward.approvalAbovePoints)),
    ])
  }

  private static func redemption(_ policy: Catalogue.PointsPolicy) -> JSON {
    .object([
      ("points_expire_after_months", .integer(Int64(policy.expireAfterMonths))),
      ("grace_days", .integer(Int64(policy.graceDays))),
      ("adjustment_approval_above_points", .integer(policy.adjustmentApprovalAbovePoints)),
      ("approval_within_seconds", .integer(policy.approvalWithinSeconds)),
    ])
  }

  private static func decimal(_ quantity: Quantity?) -> JSON { .optional(quantity?.description) }

  private static func day(_ day: Day?) -> JSON { .optional(day.map { "\($0)" }) }
}
