package import CarbonInclusion

/// Who and what there is: the part of a catalogue that the rules of rewards depend on.
package struct RewardsWorld: Sendable, Equatable {
  /// Nobody is known to a ledger before the first activity.
  package var residents: [String]
  package var administrators: [String]
  /// Who delivers rewards.
  package var partners: [String]
  package var rewards: [Catalogue.Reward]
  /// In rising order, the first from 0 on.
  package var titles: [Catalogue.Title]
  package var policy: Catalogue.PointsPolicy
  package var utcOffsetSeconds: Int
  /// What an activity reduces for each point that it earns.
  package var milligramsPerPoint: Int64

  package init(
    residents: [String], administrators: [String], partners: [String], rewards: [Catalogue.Reward],
    titles: [Catalogue.Title], policy: Catalogue.PointsPolicy, utcOffsetSeconds: Int = 28_800,
    milligramsPerPoint: Int64 = 1_000
  ) {
    self.residents = residents
    self.administrators = administrators
    self.partners = partners
    self.rewards = rewards
    self.titles = titles
    self.policy = policy
    self.utcOffsetSeconds = utcOffsetSeconds
    self.milligramsPerPoint = milligramsPerPoint
  }

  package func day(_ instant: Instant) -> Day { Day(containing: instant, utcOffsetSeconds: utcOffsetSeconds) }

  package func reward(_ code: String) -> Catalogue.Reward? { rewards.first { $0.code == code } }
}

extension RewardsWorld {
  /// A world so small that everything meets everything else: points live two months, every reward has another policy.
  package static let small = RewardsWorld(
    residents: ["ann", "ben", "cai", "dan", "eva", "fei", "gao", "hui"],
    administrators: ["admin", "auditor", "keeper"],
    partners: ["culture-office", "green-fund"],
    rewards: [
      .init(code: "coupon", name: name, kind: .code, points: 50, limit: .init(quantity: 6, period: .day)),
      .init(
        code: "shopping-card", name: name, kind: .code, points: 120, limit: .init(quantity: 4, period: .month),
        budgetPoints: 2_400, approvalAbovePoints: 240),
      .init(
        code: "tourism-pass", name: name, kind: .partner, points: 200, partner: "culture-office",
        answerWithinSeconds: 86_400, validity: .init(from: Day(number: 19_396), to: Day(number: 19_874)),
        limit: .init(quantity: 3, period: .year), approvalAbovePoints: 200),
      .init(
        code: "green-voucher", name: name, kind: .partner, points: 80, partner: "green-fund",
        answerWithinSeconds: 900, limit: .init(quantity: 12, period: .ever), budgetPoints: 1_600),
    ],
    titles: [
      .init(code: "seed", name: name, fromMilligrams: 0), .init(code: "sprout", name: name, fromMilligrams: 300_000),
      .init(code: "tree", name: name, fromMilligrams: 1_500_000),
    ],
    policy: .init(
      expireAfterMonths: 2, graceDays: 7, adjustmentApprovalAbovePoints: 150, approvalWithinSeconds: 259_200))

  static let name = Catalogue.Name(chinese: "名", english: "name")
}
