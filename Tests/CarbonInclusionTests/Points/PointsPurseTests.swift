import CarbonInclusion
import Testing

@Suite struct PointsPurseTests {
  private let january = Day(year: 2027, month: 1, day: 31) ?? Day(number: 0)
  private let march = Day(year: 2027, month: 3, day: 31) ?? Day(number: 0)

  private func purse(_ lots: (Day, Int64)..., held: Int64 = 0, debt: Int64 = 0) -> PointsPurse {
    PointsPurse(lots: lots.map { PointsLot(expiresOn: $0, points: $1) }, held: held, debt: debt)
  }

  @Test func `points earned in a month end with the last day of the same month a year later`() {
    let policy = Catalogue.PointsPolicy()
    for (earned, expiry) in [
      ("2026-11-25", "2027-11-30"), ("2026-12-31", "2027-12-31"), ("2027-02-01", "2028-02-29"),
      ("2026-01-31", "2027-01-31"),
    ] {
      #expect(Day(earned).map { policy.expiry(earnedOn: $0).description } == expiry)
    }
  }

  @Test func `a lot survives its packed form, and packed lots sort by expiry`() {
    let lots = [PointsLot(expiresOn: january, points: PointsLot.most), PointsLot(expiresOn: march, points: 1)]
    #expect(lots.map { PointsLot(packed: $0.packed) } == lots)
    #expect(lots[0].packed < lots[1].packed)
  }

  @Test func `what expires first is spent first, and goes back to where it came from`() {
    var purse = purse((january, 30), (march, 50))
    let held = purse.hold(40)
    #expect(held == [PointsLot(expiresOn: january, points: 30), PointsLot(expiresOn: march, points: 10)])
    #expect(purse == self.purse((march, 40), held: 40))
    #expect(purse.release(held ?? [], today: january, grace: nil) == 0)
    #expect(purse == self.purse((january, 30), (march, 50)))
  }

  @Test func `a lot past its date is void on a resident's cancellation, and lives on for a while otherwise`() {
    let today = january.adding(days: 1)
    let holding = [PointsLot(expiresOn: january, points: 30)]
    var cancelled = purse((march, 5), held: 30)
    #expect(cancelled.release(holding, today: today, grace: nil) == 30)
    #expect(cancelled == purse((march, 5)))
    var failed = purse((march, 5), held: 30)
    #expect(failed.release(holding, today: today, grace: today.adding(days: 7)) == 0)
    #expect(failed == purse((today.adding(days: 7), 30), (march, 5)))
  }

  @Test func `a clawback takes its own lot, then what expires first, and the rest is owed`() {
    var purse = purse((january, 10), (march, 20))
    purse.clawBack(25, earnedIn: march)
    #expect(purse == self.purse((january, 5)))
    purse.clawBack(12, earnedIn: march)
    #expect(purse == self.purse(debt: 7))
    #expect(purse.hold(0) == nil, "nothing is redeemed in debt")
    purse.add(PointsLot(expiresOn: march, points: 10))
    #expect(purse == self.purse((march, 3)))
  }

  @Test func `more than there is cannot be held or taken, and then nothing changes`() {
    var purse = purse((january, 10))
    #expect(purse.hold(11) == nil && purse.remove(11) == nil)
    #expect(purse == self.purse((january, 10)))
    #expect(purse.remove(10)?.count == 1 && purse == self.purse())
  }

  @Test func `only lots that ended before today expire`() {
    var purse = purse((january, 10), (march, 20), held: 4)
    #expect(purse.expire(before: january).isEmpty)
    #expect(purse.expire(before: january.adding(days: 1)) == [PointsLot(expiresOn: january, points: 10)])
    #expect(purse == self.purse((march, 20), held: 4))
  }
}
