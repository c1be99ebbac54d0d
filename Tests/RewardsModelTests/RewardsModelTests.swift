import CarbonInclusion
import RewardsModel
import Testing

/// What the rules say, one by one.
@Suite struct RewardsModelTests {
  @Test func `points expire with the last day of the month so many months later, in the programme's zone`() {
    var scene = Scene(on: "2023-03-10")
    scene.earn(10)
    // An hour before midnight in Taiyuan it is the same day there, and the month ends at 16 o'clock of Greenwich.
    scene.now = Scene.morning("2023-03-31").adding(seconds: 13 * 3_600)
    scene.earn(20)
    scene.now = scene.now.adding(seconds: 3_600)
    scene.earn(30)
    #expect(scene.lots() == ["30 until 2023-05-31", "30 until 2023-06-30"])
    scene.now = Scene.morning("2023-05-31").adding(seconds: 14 * 3_600 - 1)
    scene.expire()
    #expect(scene.account().available == 60, "they may be spent on their last day")
    scene.now = scene.now.adding(seconds: 1)
    scene.expire()
    scene.expire()
    #expect(scene.lots() == ["30 until 2023-06-30"])
    #expect(scene.account().expired == 30)
  }

  @Test func `what expires first is spent first`() {
    var scene = Scene(on: "2023-03-10")
    scene.earn(100)
    scene.go(to: "2023-04-10")
    scene.earn(150)
    scene.restock("tourism-pass", 1)
    #expect(scene.redeem("tourism-pass", id: "r") == .done(["status": .text("fulfilling"), "points": .integer(200)]))
    #expect(scene.lots() == ["50 until 2023-06-30"])
    #expect(
      scene.model.state.redemptions["r"]?.lots.map(\.description) == ["100 until 2023-05-31", "100 until 2023-06-30"])
  }

  @Test func `an activity that is reversed takes its own lot, then the others, and the rest is owed`() {
    var scene = Scene(on: "2023-03-10")
    scene.earn(100)
    scene.go(to: "2023-04-10")
    let second = scene.earn(150)
    scene.reverse(second)
    scene.reverse(second)
    #expect(scene.lots() == ["100 until 2023-05-31"])
    let third = scene.earn(90)
    scene.restock("green-voucher", 9)
    scene.redeem("green-voucher", 2)
    #expect(scene.lots() == ["30 until 2023-06-30"])
    scene.reverse(third)
    #expect(scene.account().lots.isEmpty && scene.account().debt == 60)
    #expect(scene.redeem("coupon") == .refused("in_debt"))
    scene.earn(50)
    #expect(scene.account().debt == 10 && scene.account().lots.isEmpty)
    scene.earn(50)
    #expect(scene.account().debt == 0 && scene.account().available == 40)
    #expect(scene.model.violations() == [])
  }

  @Test func `what is held does not expire, and has seven days if the partner failed after its end`() {
    var scene = Scene(on: "2023-03-10")
    scene.earn(200)
    scene.restock("tourism-pass", 1)
    scene.redeem("tourism-pass", id: "r")
    scene.go(to: "2023-06-01")
    scene.expire()
    #expect(scene.account().held == 200 && scene.account().expired == 0)
    scene.ask(.fail(redemption: "r", reason: "closed"), by: .partner("culture-office"))
    #expect(scene.lots() == ["200 until 2023-06-08"])
    #expect(scene.model.state.redemptions["r"]?.reason == "closed" && scene.status("r") == .released)
    #expect(scene.model.state.rewards["tourism-pass"]?.available == 1)
    scene.go(to: "2023-06-09")
    scene.expire()
    #expect(scene.account().lots.isEmpty && scene.account().expired == 200)
  }

  @Test func `a resident who cancels after the end of the lot has lost the points`() {
    var scene = Scene(on: "2023-03-10")
    scene.earn(100)
    scene.go(to: "2023-04-10")
    scene.earn(100)
    scene.restock("tourism-pass", 1)
    scene.redeem("tourism-pass", id: "r")
    scene.go(to: "2023-06-01")
    #expect(scene.ask(.cancel(redemption: "r", reason: nil)) == .done(["status": .text("released")]))
    #expect(scene.lots() == ["100 until 2023-06-30"])
    #expect(scene.account().expired == 100)
    #expect(scene.ask(.cancel(redemption: "r", reason: nil)) == .refused("already_settled"))
  }

  @Test func `time runs out after the deadline, and not at it`() {
    var scene = Scene()
    scene.earn(80)
    scene.restock("green-voucher", 1)
    scene.redeem("green-voucher", id: "r")
    scene.now = scene.now.adding(seconds: 900)
    scene.timeOut("r")
    #expect(scene.status("r") == .fulfilling)
    scene.now = scene.now.adding(seconds: 1)
    scene.timeOut("r")
    #expect(scene.status("r") == .expired && scene.account().available == 80 && scene.account().held == 0)
    #expect(scene.ask(.confirm(redemption: "r"), by: .partner("green-fund")) == .refused("already_settled"))
  }

  @Test func `points that come back pay a debt first`() {
    var scene = Scene()
    let activity = scene.earn(80)
    scene.restock("green-voucher", 1)
    scene.redeem("green-voucher", id: "r")
    scene.reverse(activity)
    #expect(scene.account().debt == 80)
    scene.ask(.fail(redemption: "r", reason: "sold out"))
    #expect(scene.account().debt == 0 && scene.account().lots.isEmpty)
    #expect(scene.model.violations() == [])
  }

  @Test func `titles rise with the reduction and fall with a reversal, whatever is spent`() {
    var scene = Scene()
    scene.earn(299)
    #expect(scene.account().title == "seed")
    let crossing = scene.earn(1)
    #expect(scene.account().title == "sprout")
    scene.ask(.adjust(resident: "ann", points: -150, reason: "mistake"))
    #expect(scene.account().title == "sprout" && scene.account().reductionMilligrams == 300_000)
    scene.reverse(crossing)
    #expect(scene.account().title == "seed" && scene.account().actions == 1)
  }
}
