internal import CarbonInclusion

/// `redemption`: how long points live, and what waits for a second administrator. May be left out, as each of its keys.
struct RedemptionSection {
  let approval: ApprovalRule

  private static let keys = [
    "points_expire_after_months", "grace_days", "adjustment_approval_above_points", "approval_within",
  ]

  func read(_ cursor: YAMLCursor?) -> Catalogue.PointsPolicy {
    var policy = Catalogue.PointsPolicy()
    guard let fields = cursor?.mapping(keys: Self.keys) else { return policy }
    // A hundred years: far from where a day of expiry would be none.
    if let months = fields.optional("points_expire_after_months")?.whole(1...1_200) {
      policy.expireAfterMonths = Int32(months)
    }
    if let days = fields.optional("grace_days")?.whole(0...366) { policy.graceDays = Int32(days) }
    if let points = approval.points(fields.optional("adjustment_approval_above_points")) {
      policy.adjustmentApprovalAbovePoints = points
    }
    if let seconds = fields.optional("approval_within")?.positiveSeconds() { policy.approvalWithinSeconds = seconds }
    return policy
  }
}
