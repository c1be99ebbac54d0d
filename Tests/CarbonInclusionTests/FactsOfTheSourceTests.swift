import CarbonInclusion
import Testing

/// What the mission says that tests must hold, through the fold that the scoring lane runs.
@Suite struct FactsOfTheSourceTests {
  @Test func `five kilometres in 23 minutes are 1,250 grams`() {
    var books = Books()
    let booking = books.book([act("a", "ride", "5.0", .kilometre, from: minute(8, 0), at: minute(8, 23))])
    #expect(booking.entries.map(\.credit.reductionMilligrams) == [1_250_000])
    #expect(booking.entries.map(\.points) == [12])
  }

  @Test func `a kilowatt hour is 460 grams and an order 45.72`() {
    var books = Books()
    let booking = books.book([
      act("a", "charge", "1", .kilowattHour, at: minute(8, 0)), act("b", "order", nil, nil, at: minute(12, 0)),
    ])
    #expect(booking.entries.map(\.credit.reductionMilligrams) == [460_000, 45_720])
  }

  @Test func `three orders are 137,160 milligrams, and their points carry the remainder`() {
    var books = Books()
    let booking = books.book((1...3).map { act("o\($0)", "order", nil, nil, at: minute(12, $0)) })
    #expect(booking.entries.map(\.credit.reductionMilligrams).reduce(0, +) == 137_160)
    // 0.4572 points each: the third one makes the first whole point.
    #expect(booking.entries.map(\.points) == [0, 0, 1])
  }

  @Test func `499 steps of 8.2 grams per 500 are 8,183 milligrams`() {
    var books = Books()
    let booking = books.book([act("a", "walk", "499", .step, at: minute(20, 0))])
    #expect(booking.entries.map(\.credit.reductionMilligrams) == [8_183])
  }

  @Test func `a ride from before a factor's change scores the old factor although it arrives later`() {
    var books = Books()
    books.now = Instant(seconds: 1_700_000_000)
    let old = SmallCatalogue.day("2023-06-30").start(utcOffsetSeconds: 28_800).adding(seconds: 86_399)
    let booking = books.book([
      act("new", "ride", "1", .kilometre, at: old.adding(seconds: 1)), act("old", "ride", "1", .kilometre, at: old),
    ])
    #expect(booking.entries.map(\.credit.reductionMilligrams) == [93_300, 250_000])
    #expect(booking.entries.map(\.credit.factorNumber) == [2, 1])
  }

  @Test func `metres and watt hours convert exactly`() {
    var books = Books()
    let booking = books.book([
      act("a", "ride", "5000", .metre, at: minute(8, 0)), act("b", "charge", "500", .wattHour, at: minute(9, 0)),
    ])
    #expect(booking.entries.map(\.credit.reductionMilligrams) == [1_250_000, 230_000])
  }
}
