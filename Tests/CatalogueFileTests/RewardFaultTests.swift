import CatalogueFile
import Testing

/// Faults of what holds for rewards, and for the points that buy them.
@Suite struct RewardFaultTests {
  @Test(arguments: partners + bounds + policy)
  func `one mistake about rewards gives one fault with its line and reason`(_ fault: FaultCase) throws {
    try fault.check()
  }

  private static let partners = [
    FaultCase(
      "nobody delivers", replace: "    partner: giver\n", with: "", line: "code: pass", path: "rewards[1]",
      reason: "a reward of kind partner needs the key \"partner\": who delivers it"),
    FaultCase(
      "a misspelt key for who delivers", replace: "partner: giver", with: "patrner: giver", path: "rewards[1].patrner",
      reason: "unknown key \"patrner\"; did you mean \"partner\"?"),
    FaultCase(
      "a partner that is not defined delivers", replace: "partner: giver", with: "partner: givers",
      path: "rewards[1].partner", reason: "there is no partner \"givers\"; did you mean \"giver\"?"),
    FaultCase(
      "a partner that only reports delivers", replace: "partner: giver", with: "partner: first-partner",
      path: "rewards[1].partner",
      reason: "\"first-partner\" is of kind scenario: only a partner of kind incentive or both delivers rewards"),
    FaultCase(
      "a partner delivers codes", replace: "kind: code, points: 50", with: "kind: code, partner: giver, points: 50",
      path: "rewards[0].partner", reason: "only a reward of kind partner has a partner"),
    FaultCase(
      "a code is waited for", replace: "kind: code, points: 50", with: "kind: code, answer_within: 1 day, points: 50",
      path: "rewards[0].answer_within", reason: "only a reward of kind partner is waited for"),
  ]

  private static let bounds = [
    FaultCase(
      "no time to answer", replace: "answer_within: 36 hours", with: "answer_within: 0 hours",
      path: "rewards[1].answer_within", reason: "has to be more than 0"),
    FaultCase(
      "a time to answer without a unit", replace: "answer_within: 36 hours", with: "answer_within: 36",
      path: "rewards[1].answer_within", reason: "\"36\" is no length of time"),
    FaultCase(
      "an end before the beginning", replace: "to: 2023-12-31}\n    limit", with: "to: 2022-09-30}\n    limit",
      line: "to: 2022-09-30", path: "rewards[1].valid.to", reason: "ends on 2022-09-30, before it begins on 2022-10-01"
    ),
    FaultCase(
      "a limit for no period", replace: "limit: {quantity: 2, per: year}", with: "limit: {quantity: 2}",
      path: "rewards[1].limit", reason: "the key \"per\" is missing"),
    FaultCase(
      "a limit for a period that is none", replace: "per: year", with: "per: week", path: "rewards[1].limit.per",
      reason: "there is no period \"week\"; known: day, month, year, ever"),
    FaultCase(
      "a limit of nothing", replace: "quantity: 2,", with: "quantity: 0,", path: "rewards[1].limit.quantity",
      reason: "\"0\" is no whole number of at least 1"),
    FaultCase(
      "a limit that is a number", replace: "limit: {quantity: 2, per: year}", with: "limit: 2",
      path: "rewards[1].limit", reason: "but has to be a mapping with the keys quantity, per"),
    FaultCase(
      "a budget for less than one", replace: "budget_points: 900000", with: "budget_points: 999",
      path: "rewards[1].budget_points", reason: "is less than the price of one, 1000 points"),
    FaultCase(
      "a budget of half a point", replace: "budget_points: 900000", with: "budget_points: 1000.5",
      path: "rewards[1].budget_points", reason: "\"1000.5\" is no whole number"),
    FaultCase(
      "an approval above less than nothing", replace: "    approval_above_points: 1500",
      with: "    approval_above_points: -1", path: "rewards[1].approval_above_points",
      reason: "\"-1\" is no whole number from 0 to 999999999999"),
  ]

  private static let policy = [
    FaultCase(
      "points that expire at once", replace: "points_expire_after_months: 24", with: "points_expire_after_months: 0",
      path: "redemption.points_expire_after_months", reason: "\"0\" is no whole number from 1 to 1200"),
    FaultCase(
      "a grace beyond all bounds", replace: "grace_days: 3", with: "grace_days: 367", path: "redemption.grace_days",
      reason: "\"367\" is no whole number from 0 to 366"),
    FaultCase(
      "a grace with a unit", replace: "grace_days: 3", with: "grace_days: 3 days", path: "redemption.grace_days",
      reason: "\"3 days\" is no whole number"),
    FaultCase(
      "no time to approve", replace: "approval_within: 2 days", with: "approval_within: 0 days",
      path: "redemption.approval_within", reason: "has to be more than 0"),
    FaultCase(
      "an unknown key of the policy", replace: "grace_days: 3", with: "grace: 3", path: "redemption.grace",
      reason: "unknown key \"grace\"; did you mean \"grace_days\"?"),
    FaultCase(
      "a policy that is a list",
      replace: """
        redemption:
          points_expire_after_months: 24
          grace_days: 3
          adjustment_approval_above_points: 100
          approval_within: 2 days
        """, with: "redemption: []", path: "redemption", reason: "is a list, but has to be a mapping with the keys"),
  ]

  @Test func `what waits for approval needs two administrators`() {
    let text = SampleCatalogue.text.replacing("administrators: [admin, auditor]", with: "administrators: [admin]")
    let faults = SampleCatalogue.faults(in: text)
    #expect(
      faults.map(\.path) == ["rewards[1].approval_above_points", "redemption.adjustment_approval_above_points"])
    #expect(faults.allSatisfy { $0.reason == "nobody could approve: it needs two administrators, and there is 1" })
  }
}
