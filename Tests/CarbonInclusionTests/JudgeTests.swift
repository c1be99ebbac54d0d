import CarbonInclusion
import Testing

/// The rules of judging, one by one; expected values are from paper.
@Suite struct JudgeTests {
  struct Refused: CustomTestStringConvertible {
    var reason: RefusalReason
    var activity: Activity
    var testDescription: String { reason.rawValue }
  }

  static let refusals: [Refused] = [
    .init(reason: .unknownBehaviour, activity: act("a", "fly", "1", .kilometre, at: minute(8, 0))),
    .init(reason: .inactiveBehaviour, activity: act("a", "reuse", "1", .kilogram, at: minute(8, 0))),
    .init(reason: .missingQuantity, activity: act("a", "ride", nil, .kilometre, at: minute(8, 0))),
    .init(reason: .missingQuantity, activity: act("a", "ride", "1", nil, at: minute(8, 0))),
    .init(reason: .unitMismatch, activity: act("a", "ride", "1", .kilowattHour, at: minute(8, 0))),
    .init(reason: .implausibleQuantity, activity: act("a", "ride", "100.000001", .kilometre, at: minute(8, 0))),
    .init(
      reason: .implausibleSpeed,
      activity: act("a", "ride", "15.000001", .kilometre, from: minute(8, 0), at: minute(8, 30))),
    .init(
      reason: .implausibleSpeed, activity: act("a", "ride", "0.1", .kilometre, from: minute(8, 0), at: minute(8, 0))),
    .init(
      reason: .outsideContract,
      activity: act("a", "ride", "1", .kilometre, at: SmallCatalogue.day("2022-09-17").start(utcOffsetSeconds: 0))),
    .init(reason: .inFuture, activity: act("a", "ride", "1", .kilometre, at: minute(23, 6))),
    .init(
      reason: .tooLong,
      activity: act(
        "a", "charge", "1", .kilowattHour, from: minute(8, 0).adding(seconds: -31 * 86_400 - 1), at: minute(8, 0))),
  ]

  @Test(arguments: refusals)
  func `what cannot be is refused with its reason`(_ refused: Refused) {
    var books = Books()
    let booking = books.book([refused.activity])
    #expect(booking.summary == ["rejected a \(refused.reason.rawValue)"])
    #expect(booking.counts[1]?[.rejected] == 1 && booking.counts[1]?.received == 1)
  }

  @Test func `the factor that names the partner wins over the region, and the smaller region over the larger`() {
    var books = Books()
    func milligrams(_ region: String?, partner: Int16) -> Int64 {
      let id = "\(region ?? "none")-\(partner)"
      return books.book(
        [act(id, "ride", "1", .kilometre, at: minute(8, 0), resident: id, region: region)], partner: partner
      ).entries[0].credit.reductionMilligrams
    }
    #expect(milligrams(nil, partner: 1) == 250_000)
    #expect(milligrams("140600", partner: 1) == 250_000)
    #expect(milligrams("140105", partner: 1) == 100_000)
    #expect(milligrams("140105", partner: 3) == 120_000)
  }

  @Test func `above the day's cap the rest is recorded and not credited`() {
    var books = Books()
    let booking = books.book([
      act("a", "ride", "6", .kilometre, at: minute(8, 0)), act("b", "ride", "6", .kilometre, at: minute(9, 0)),
      act("c", "ride", "1", .kilometre, at: minute(10, 0)),
    ])
    #expect(booking.summary == ["earn a credited", "earn b capped ride-per-day", "earn c capped ride-per-day"])
    #expect(booking.entries.map(\.credit.creditedQuantity) == [Quantity(6), Quantity(4), .zero])
    #expect(booking.accounts.map(\.actions) == [2], "an activity of which nothing is credited is no action")
  }

  @Test func `a cap counts per day of the programme's zone`() {
    var books = Books()
    let midnight = SmallCatalogue.day("2022-11-29").start(utcOffsetSeconds: 28_800)
    let booking = books.book([
      act("a", "ride", "10", .kilometre, at: midnight.adding(seconds: -1)),
      act("b", "ride", "10", .kilometre, at: midnight),
    ])
    #expect(booking.entries.map(\.credit.outcome) == [.credited, .credited])
  }

  @Test func `unlikely speed, distance and frequency are held for review`() {
    var books = Books()
    let fast = books.book([act("a", "ride", "12", .kilometre, from: minute(8, 0), at: minute(8, 30))])
    #expect(fast.summary == ["earn a held speed_above"])
    #expect(
      books.book([act("b", "ride", "50.1", .kilometre, at: minute(9, 0))]).summary == ["earn b held quantity_above"])
    let rides = (1...3).map { act("r\($0)", "ride", "0.5", .kilometre, at: minute(10, $0)) }
    #expect(books.book(rides).summary.last == "earn r3 held count_per_day_above", "two held ones count as well")
  }

  @Test func `two rides at a time are one, whoever reports them`() {
    var books = Books()
    _ = books.book([act("a", "ride", "2", .kilometre, from: minute(8, 0), at: minute(8, 20))])
    let booking = books.book([act("b", "drive", "2", .kilometre, from: minute(8, 10), at: minute(8, 30))], partner: 3)
    #expect(booking.summary == ["earn b overlap same-ride"])
    #expect(booking.entries[0].credit.other == ActivityKey(partnerNumber: 1, id: "a"))
    let next = books.book([act("c", "ride", "2", .kilometre, from: minute(8, 20), at: minute(8, 40))])
    #expect(next.summary == ["earn c credited"], "a ride that begins as another ends is another ride")
  }

  @Test func `a charge that two partners report is credited once, two charges of one partner twice`() {
    var books = Books()
    _ = books.book([act("a", "charge", "20", .kilowattHour, from: minute(8, 0), at: minute(9, 0))], partner: 2)
    let second = books.book([act("b", "charge", "20", .kilowattHour, from: minute(8, 0), at: minute(9, 1))], partner: 3)
    #expect(second.summary == ["earn b overlap same-charge"])
    let same = books.book([act("c", "charge", "5", .kilowattHour, from: minute(8, 30), at: minute(9, 30))], partner: 2)
    #expect(same.summary == ["earn c credited"])
  }

  @Test func `different evidence tells two charges apart, equal evidence joins them across the window`() {
    var books = Books()
    let (one, two) = (Digest(high: 1, low: 1), Digest(high: 2, low: 2))
    _ = books.book(
      [act("a", "charge", "20", .kilowattHour, from: minute(8, 0), at: minute(9, 0))], partner: 2, evidence: ["a": one])
    let other = books.book(
      [act("b", "charge", "20", .kilowattHour, from: minute(8, 0), at: minute(9, 0))], partner: 3, evidence: ["b": two])
    #expect(other.summary == ["earn b credited"])
    let equal = books.book(
      [act("c", "charge", "20", .kilowattHour, from: minute(9, 1), at: minute(9, 30))], partner: 3, evidence: ["c": one]
    )
    #expect(equal.summary == ["earn c overlap same-charge"], "the gap is exactly the window")
  }

  @Test func `charging a car and driving it are one saving, two charges are two`() {
    var books = Books()
    _ = books.book([act("a", "charge", "20", .kilowattHour, from: minute(8, 0), at: minute(9, 0))], partner: 2)
    let drive = books.book([act("b", "drive", "30", .kilometre, from: minute(9, 30), at: minute(10, 0))], partner: 3)
    #expect(drive.summary == ["earn b overlap one-car-saving"])
    let charge = books.book(
      [act("c", "charge", "2", .kilowattHour, from: minute(9, 30), at: minute(9, 40))], partner: 2)
    #expect(charge.summary == ["earn c credited"])
  }
}
