import CarbonInclusion
import RewardsModel
import Testing

/// What jobs are answered.
@Suite struct JobTests {
  @Test func `a failure is remembered, also when the points have come`() {
    var scene = Scene()
    scene.earn(10)
    scene.restock("coupon", codes: ["c1"])
    #expect(scene.redeem("coupon", id: "r") == .refused("insufficient_points"))
    scene.earn(1_000)
    #expect(scene.redeem("coupon", id: "r") == .refused("insufficient_points"))
    #expect(scene.redeem("coupon", 2, id: "r") == .refused("id_conflict"))
    #expect(scene.redeem("coupon", id: "r") == .refused("insufficient_points"))
    #expect(
      scene.redeem("coupon", id: "s")
        == .done(["status": .text("captured"), "points": .integer(50), "codes": .list(["c1"])]))
    #expect(
      scene.redeem("coupon", id: "s")
        == .done(["status": .text("captured"), "points": .integer(50), "codes": .list(["c1"])]))
    #expect(scene.account().available == 960)
  }

  @Test func `a redemption is refused for the first reason that applies`() {
    var scene = Scene(on: "2023-02-07")
    #expect(scene.redeem("moon-trip", 1, "nobody") == .refused("unknown_reward"))
    #expect(scene.redeem("tourism-pass", 1, "nobody") == .refused("reward_not_valid"))
    scene.go(to: "2023-02-08")
    #expect(scene.redeem("tourism-pass", 1, "nobody") == .refused("unknown_resident"))
    let activity = scene.earn(50)
    scene.restock("coupon", codes: ["c1"])
    scene.redeem("coupon")
    scene.reverse(activity)
    #expect(scene.redeem("coupon", 6) == .refused("limit_reached"))
    #expect(scene.redeem("coupon", 5) == .refused("in_debt"))
    scene.earn(1_000)
    #expect(scene.redeem("tourism-pass", 1) == .refused("out_of_stock"))
    #expect(scene.redeem("coupon", 5) == .refused("out_of_stock"))
    scene.go(to: "2023-02-09")
    #expect(scene.redeem("coupon", 6) == .refused("out_of_stock"), "the limit is of a day")
    #expect(scene.redeem("green-voucher", 12) == .refused("insufficient_points"))
  }

  @Test func `a budget counts what is held and what was spent`() {
    var world = RewardsWorld.small
    for index in world.rewards.indices { world.rewards[index].budgetPoints = 240 }
    var scene = Scene(world)
    scene.earn(1_000)
    scene.restock("green-voucher", 9)
    scene.redeem("green-voucher", id: "held")
    scene.redeem("green-voucher", id: "spent")
    scene.ask(.confirm(redemption: "spent"))
    #expect(scene.redeem("green-voucher", 2) == .refused("budget_exhausted"))
    scene.ask(.cancel(redemption: "held", reason: nil))
    #expect(scene.redeem("green-voucher", 2) == .done(["status": .text("fulfilling"), "points": .integer(160)]))
  }

  @Test func `what was given back does not count against a limit`() {
    var scene = Scene()
    scene.earn(2_000)
    scene.restock("tourism-pass", 9)
    for id in ["a", "b", "c"] { scene.redeem("tourism-pass", id: id) }
    #expect(scene.redeem("tourism-pass") == .refused("limit_reached"))
    scene.ask(.fail(redemption: "b", reason: "closed"))
    #expect(scene.redeem("tourism-pass") == .done(["status": .text("fulfilling"), "points": .integer(200)]))
  }

  @Test func `another administrator approves what is expensive, codes come then`() {
    var scene = Scene()
    scene.earn(1_000)
    scene.restock("shopping-card", codes: ["k1", "k2", "k3", "k4"])
    #expect(
      scene.redeem("shopping-card", 3, id: "r")
        == .done(["status": .text("awaiting_approval"), "points": .integer(360)]))
    #expect(scene.ask(.confirm(redemption: "r")) == .refused("not_pending"))
    scene.redeem("shopping-card")
    #expect(scene.ask(.approve(job: "r")) == .refused("same_administrator"))
    #expect(
      scene.ask(.approve(job: "r"), by: .administrator("auditor"))
        == .done(["status": .text("captured"), "codes": .list(["k2", "k3", "k4"])]))
    #expect(scene.ask(.approve(job: "r"), by: .administrator("auditor")) == .refused("not_pending"))
    #expect(scene.ask(.approve(job: "x"), by: .administrator("auditor")) == .refused("unknown_job"))
  }

  @Test func `an approved redemption has a fresh deadline`() {
    var scene = Scene()
    scene.earn(1_000)
    scene.restock("tourism-pass", 9)
    scene.redeem("tourism-pass", 2, id: "r")
    #expect(scene.model.state.redemptions["r"]?.deadline == scene.now.adding(seconds: 259_200))
    scene.now = scene.now.adding(seconds: 200_000)
    scene.ask(.approve(job: "r"), by: .administrator("auditor"))
    #expect(scene.status("r") == .fulfilling)
    #expect(scene.model.state.redemptions["r"]?.deadline == scene.now.adding(seconds: 86_400))
  }

  @Test func `a partner settles its own redemptions and does nothing else`() {
    var scene = Scene()
    scene.earn(1_000)
    scene.restock("green-voucher", 9)
    scene.redeem("green-voucher", id: "r")
    #expect(scene.ask(.confirm(redemption: "r"), by: .partner("culture-office")) == .refused("unknown_redemption"))
    #expect(scene.ask(.cancel(redemption: "r", reason: nil), by: .partner("green-fund")) == .refused("not_allowed"))
    #expect(scene.ask(.confirm(redemption: "r"), by: .partner("green-fund")) == .done(["status": .text("captured")]))
    #expect(scene.ask(.confirm(redemption: "r"), by: .partner("green-fund")) == .refused("already_settled"))
  }

  @Test func `adjustments above the limit wait, and are checked when they are applied`() {
    var scene = Scene()
    scene.earn(100)
    #expect(scene.ask(.adjust(resident: "ann", points: -101, reason: "mistake")) == .refused("insufficient_points"))
    scene.ask(.adjust(resident: "ann", points: -151, reason: "mistake"), id: "a")
    #expect(scene.model.state.adjustments["a"]?.status == .awaitingApproval && scene.account().available == 100)
    let auditor = RewardsJob.Speaker.administrator("auditor")
    #expect(scene.ask(.approve(job: "a"), id: "b", by: auditor) == .refused("insufficient_points"))
    scene.earn(100)
    #expect(scene.ask(.approve(job: "a"), id: "b", by: auditor) == .refused("insufficient_points"))
    #expect(scene.ask(.approve(job: "a"), id: "c", by: auditor) == .done(["status": .text("applied")]))
    #expect(scene.account().available == 49)
    scene.ask(.adjust(resident: "ann", points: 151, reason: "goodwill"), id: "d")
    scene.now = scene.now.adding(seconds: 259_201)
    scene.timeOut("d")
    #expect(scene.model.state.adjustments["d"]?.status == .expired && scene.account().available == 49)
    #expect(scene.model.violations() == [])
  }

  @Test func `a code is stocked once, and codes go where codes are`() {
    var scene = Scene()
    #expect(
      scene.ask(.restock(reward: "coupon", .codes(["c1", "c2"]))) == .done(["stock": .integer(2)]))
    #expect(scene.ask(.restock(reward: "coupon", .codes(["c3", "c2"]))) == .refused("duplicate_code"))
    #expect(scene.ask(.restock(reward: "shopping-card", .codes(["c1"]))) == .done(["stock": .integer(1)]))
    #expect(scene.ask(.restock(reward: "coupon", .quantity(3))) == .refused("invalid_field"))
    #expect(scene.ask(.restock(reward: "green-voucher", .codes(["c9"]))) == .refused("invalid_field"))
    #expect(scene.ask(.restock(reward: "moon-trip", .quantity(3))) == .refused("unknown_reward"))
    scene.earn(100)
    scene.redeem("coupon", 2)
    #expect(
      scene.ask(.restock(reward: "coupon", .codes(["c1"]))) == .refused("duplicate_code"), "given codes count too")
    #expect(scene.model.violations() == [])
  }
}
