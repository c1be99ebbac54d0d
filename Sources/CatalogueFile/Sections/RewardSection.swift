internal import CarbonInclusion

/// `rewards`: what points can be redeemed for.
enum RewardSection {
  static func read(_ items: [YAMLCursor]?) -> [Catalogue.Reward] {
    var codes = DefinedCodes(noun: "reward")
    return (items ?? []).compactMap { item in
      guard let fields = item.mapping(keys: ["code", "name", "kind", "points"]) else { return nil }
      let code = codes.define(fields.required("code"))
      let name = fields.required("name")?.name()
      let kind: Catalogue.Reward.Kind? = fields.required("kind")?.choice("kind of reward")
      let points = fields.required("points")?.count()
      guard let code, let name, let kind, let points else { return nil }
      return Catalogue.Reward(code: code, name: name, kind: kind, points: points)
    }
  }
}
