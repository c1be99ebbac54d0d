internal import CarbonInclusion

/// `rewards`: what points can be redeemed for, who delivers it, and within which bounds.
struct RewardSection {
  let partners: [Catalogue.Partner]
  let partnerCodes: DefinedCodes
  let approval: ApprovalRule

  private static let keys = [
    "code", "name", "kind", "points", "partner", "answer_within", "valid", "limit", "budget_points",
    "approval_above_points",
  ]

  func read(_ items: [YAMLCursor]?) -> [Catalogue.Reward] {
    var codes = DefinedCodes(noun: "reward")
    return (items ?? []).compactMap { item in
      item.mapping(keys: Self.keys).flatMap { reward($0, codes: &codes) }
    }
  }

  private func reward(_ fields: YAMLMapping, codes: inout DefinedCodes) -> Catalogue.Reward? {
    let code = codes.define(fields.required("code"))
    let name = fields.required("name")?.name()
    let kind: Catalogue.Reward.Kind? = fields.required("kind")?.choice("kind of reward")
    let points = fields.required("points")?.count()
    let partner = partner(fields, kind: kind)
    let answerWithin = answerWithin(fields, kind: kind)
    let validity = fields.optional("valid")?.validity()
    let limit = fields.optional("limit").flatMap(limit)
    let budget = budget(fields.optional("budget_points"), price: points)
    let approval = approval.points(fields.optional("approval_above_points"))
    guard let code, let name, let kind, let points else { return nil }
    var reward = Catalogue.Reward(code: code, name: name, kind: kind, points: points)
    reward.partner = partner
    if let answerWithin { reward.answerWithinSeconds = answerWithin }
    reward.validity = validity
    reward.limit = limit
    reward.budgetPoints = budget
    reward.approvalAbovePoints = approval
    return reward
  }

  /// Who delivers a reward of kind `partner`.
  private func partner(_ fields: YAMLMapping, kind: Catalogue.Reward.Kind?) -> String? {
    let cursor = fields.optional("partner")
    if kind == .code {
      cursor?.fault("a code is given out by the fleet itself: only a reward of kind partner has a partner")
      return nil
    }
    if kind == .partner, fields.lacks(["partner"]) {
      fields.cursor.fault("a reward of kind partner needs the key \"partner\": who delivers it")
    }
    guard let cursor, let code = partnerCodes.resolve(cursor) else { return nil }
    if partners.contains(where: { $0.code == code && $0.kind == .scenario }) {
      cursor.fault("\"\(code)\" is of kind scenario: only a partner of kind incentive or both delivers rewards")
    }
    return code
  }

  private func answerWithin(_ fields: YAMLMapping, kind: Catalogue.Reward.Kind?) -> Int64? {
    guard let cursor = fields.optional("answer_within") else { return nil }
    if kind == .code {
      cursor.fault("a code is given out at once: only a reward of kind partner is waited for")
      return nil
    }
    return cursor.positiveSeconds()
  }

  /// `{quantity: 1, per: year}`.
  private func limit(_ cursor: YAMLCursor) -> Catalogue.Reward.Limit? {
    guard let fields = cursor.mapping(keys: ["quantity", "per"]) else { return nil }
    let quantity = fields.required("quantity")?.count()
    let period: Catalogue.Reward.Limit.Period? = fields.required("per")?.choice("period")
    guard let quantity, let period else { return nil }
    return Catalogue.Reward.Limit(quantity: quantity, period: period)
  }

  private func budget(_ cursor: YAMLCursor?, price: Int64?) -> Int64? {
    guard let cursor, let budget = cursor.count() else { return nil }
    if let price, budget < price {
      cursor.fault("is less than the price of one, \(price) points: nothing could ever be redeemed")
    }
    return budget
  }
}
