import CarbonInclusion
import Testing

/// Points in lots, as batches fold them: by the month in which they are booked, whenever the act was.
@Suite struct LotsTests {
  private let november = Self.lot("2023-11-30")
  private let december = Self.lot("2023-12-31")

  private static func lot(_ day: String) -> (Int64) -> PointsLot {
    { PointsLot(expiresOn: SmallCatalogue.day(day), points: $0) }
  }

  private static func noon(_ day: String) -> Instant {
    SmallCatalogue.day(day).start(utcOffsetSeconds: 28_800).adding(seconds: 43_200)
  }

  private func ride(_ id: String, _ km: String, _ hour: Int64) -> Activity {
    act(id, "ride", km, .kilometre, from: minute(hour, 0), at: minute(hour, 30))
  }

  private func reversal(of id: String, _ own: String = "rev") -> Activity {
    var reversal = act(own, "ride", nil, nil, at: minute(22, 0))
    reversal.report = .reversal(of: id)
    return reversal
  }

  private func purse(_ books: Books) -> PointsPurse { books.residents.accounts["r-1"]?.purse ?? PointsPurse() }

  @Test func `points go to the lot of the month that they are booked in`() {
    var books = Books()
    _ = books.book([ride("a", "4", 8)])
    #expect(purse(books).lots == [november(10)])
    // The same day's act, told a month later; and the last instant of a month is the programme's, not Greenwich's.
    books.now = Self.noon("2022-12-05")
    _ = books.book([ride("b", "2", 9)])
    #expect(purse(books).lots == [november(10), december(5)])
    books.now = SmallCatalogue.day("2023-01-01").start(utcOffsetSeconds: 28_800).adding(seconds: -1)
    _ = books.book([ride("c", "2", 10)])
    #expect(purse(books).lots == [november(10), december(10)])
  }

  @Test func `a reversal takes from the lot that the activity went to, then from those that expire first`() {
    var books = Books()
    _ = books.book([ride("a", "2", 8)])
    books.now = Self.noon("2022-12-05")
    _ = books.book([ride("b", "4", 9)])
    _ = books.residents.accounts["r-1"]?.purse?.remove(2)
    #expect(purse(books).lots == [november(3), december(10)])
    _ = books.book([reversal(of: "b")])
    #expect(purse(books).lots == [november(3)], "of December's, though November's expire first")
    _ = books.book([ride("c", "2", 10)])
    _ = books.book([reversal(of: "a", "rev-2")])
    #expect(purse(books).lots == [december(3)] && purse(books).debt == 0, "two of five were spent")
  }

  @Test func `what a reversal does not find is owed, and later points pay it first`() {
    var books = Books()
    _ = books.book([ride("a", "4", 8)])
    _ = books.residents.accounts["r-1"]?.purse?.hold(7)
    let reversed = books.book([reversal(of: "a")])
    #expect(reversed.entries.map(\.points) == [-10])
    #expect(purse(books) == PointsPurse(held: 7, debt: 7), "what a redemption holds is not taken back")
    _ = books.book([ride("b", "2", 9)])
    #expect(purse(books) == PointsPurse(held: 7, debt: 2))
    _ = books.book([ride("c", "2", 10)])
    #expect(purse(books) == PointsPurse(lots: [november(3)], held: 7))
  }

  @Test func `what has ended is expired before anything is taken back, as if the nightly expiry had been here`() {
    var books = Books()
    _ = books.book([ride("a", "4", 8)])
    books.now = Self.noon("2023-11-30")
    _ = books.book([ride("b", "2", 9)])
    books.now = Self.noon("2023-12-01")
    let booking = books.book([reversal(of: "a")])
    #expect(booking.expiries == [.expiry(of: [november(10)], account: AccountKey(shard: 0, residentNumber: 1))])
    #expect(purse(books) == PointsPurse(debt: 5), "ten had ended, and of the later five ten were taken back")
  }

  @Test func `what is credited late goes to the lot of that day, and is taken back from it`() {
    var books = Books()
    _ = books.book([ride("a", "4", 8)])
    _ = books.book([act("b", "ride", "2", .kilometre, from: minute(8, 5), at: minute(8, 25))], partner: 3)
    books.now = Self.noon("2022-12-05")
    _ = books.book([reversal(of: "a")])
    #expect(purse(books).lots == [december(5)])
    books.now = Self.noon("2023-01-05")
    _ = books.book([ride("c", "4", 10)])
    _ = books.book([reversal(of: "b", "rev-2")], partner: 3)
    #expect(purse(books).lots == [Self.lot("2024-01-31")(10)])
  }

  @Test func `an act and its reversal in one batch leave what was there`() {
    var books = Books()
    _ = books.book([ride("a", "2", 8)])
    let booking = books.book([ride("b", "4", 9), reversal(of: "b")])
    #expect(booking.accounts.map(\.purse.lots) == [[november(5)]])
  }

  @Test func `accounts are locked for what may be booked, and not for resends`() {
    var books = Books()
    let rides = (1...3).map {
      act("\($0)", "ride", "2", .kilometre, at: minute(8, Int64($0)), resident: "r-\($0)")
    }
    _ = books.book(rides)
    _ = books.book(rides + [ride("x", "200", 9)])
    #expect(books.asked.booked == ["r-1"] && books.asked.read.isEmpty, "duplicates, and a ride that is refused")
    _ = books.book(rides.reversed(), replay: true)
    #expect(books.asked.booked.isEmpty)
    #expect(books.asked.read == ["r-1", "r-2", "r-3"], "what became of them may have to be told once more")
    _ = books.book(
      rides.reversed().map {
        var other = $0
        other.id += "-again"
        return other
      })
    #expect(Set(books.asked.booked) == ["r-1", "r-2", "r-3"])
  }
}
