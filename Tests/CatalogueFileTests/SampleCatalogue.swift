import CatalogueFile

/// A small catalogue without a fault, and the same with one edit.
enum SampleCatalogue {
  static let text = """
    programme:
      code: sample
      name: {zh: 样例, en: Sample}
      time_zone: Asia/Shanghai
      starts_on: 2022-09-18
      longest_activity: 31 days
      clock_tolerance: 5 minutes
    categories:
      - {code: transport, name: {zh: 行, en: Transport}}
    partners:
      - code: first-partner
        name: {zh: 甲, en: First}
        kind: scenario
        contract: {from: 2022-09-18, to: 2030-12-31}
        age_limit: 90 days
      - code: giver
        name: {zh: 乙, en: Giver}
        kind: incentive
        contract: {from: 2022-09-18}
    administrators: [admin, auditor]
    behaviours:
      - code: ride
        name: {zh: 骑行, en: Ride}
        category: transport
        unit: km
        plausible_grams: {min: 10, max: 400}
      - code: walk
        name: {zh: 步行, en: Walk}
        category: transport
        unit: step
        active: false
        plausible_grams: {min: 0.001, max: 0.1}
    factors:
      - version: ride-2022
        behaviour: ride
        grams: 250
        unit: km
        valid: {from: 2022-09-18, to: 2023-12-31}
        source: a newspaper
        grade: B
      - version: ride-2024
        behaviour: ride
        grams: 93.3
        unit: km
        valid: {from: 2024-01-01}
        source: another newspaper
        grade: B
        borrowed_from: Wuhan
    points:
      - version: points-2022
        per_gram: 0.01
        valid: {from: 2022-09-18, to: 2023-12-31}
      - version: points-2024
        per_gram: 0.02
        valid: {from: 2024-01-01}
      - version: walk-points
        behaviour: walk
        per_unit: 0.001
        valid: {from: 2022-09-18}
    caps:
      - code: ride-per-day
        behaviours: [ride]
        quantity_per_day: 60
        unit: km
    plausibility:
      - behaviour: ride
        refuse: {quantity_above: 100, speed_above_kmh: 30}
        hold: {quantity_above: 20, speed_above_kmh: 22, count_per_day_above: 15}
    exclusivity:
      - code: same-ride
        behaviours: [ride]
        scope: any-partner
        window: 60 seconds
        evidence_distinguishes: true
    titles:
      - {code: newcomer, name: {zh: 新人, en: Newcomer}, from_kg: 0}
      - {code: master, name: {zh: 达人, en: Master}, from_kg: 10.5}
    rewards:
      - {code: coupon, name: {zh: 优惠券, en: Coupon}, kind: code, points: 50}
      - code: pass
        name: {zh: 年卡, en: Pass}
        kind: partner
        points: 1000
        partner: giver
        answer_within: 36 hours
        valid: {from: 2022-10-01, to: 2023-12-31}
        limit: {quantity: 2, per: year}
        budget_points: 900000
        approval_above_points: 1500
    redemption:
      points_expire_after_months: 24
      grace_days: 3
      adjustment_approval_above_points: 100
      approval_within: 2 days

    """

  /// The faults of a text; empty for one without.
  static func faults(in text: String) -> [CatalogueFault] {
    do throws(CatalogueFaults) {
      _ = try CatalogueFile.read(text: text, fileName: "sample.yaml")
      return []
    } catch {
      return error.faults
    }
  }
}
