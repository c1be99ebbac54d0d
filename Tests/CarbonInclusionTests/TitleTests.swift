import CarbonInclusion
import Testing

/// Titles rise at once, and fall only through a reversal.
@Suite struct TitleTests {
  private static func policy(_ thresholds: [(code: String, grams: Int64)]) -> Policy {
    var catalogue = SmallCatalogue.catalogue
    catalogue.titles = thresholds.map {
      .init(code: $0.code, name: .init(chinese: "名", english: "name"), fromMilligrams: $0.grams * 1000)
    }
    return Policy(version: 1, catalogue: catalogue, numbers: SmallCatalogue.policy.numbers)
  }

  private func books(_ thresholds: (code: String, grams: Int64)...) -> Books {
    var books = Books()
    books.policy = Self.policy(thresholds)
    return books
  }

  /// A ride of the resident's own day: 250 g a km.
  private func ride(_ id: String, _ km: String, hour: Int64 = 8) -> Activity {
    act(id, "ride", km, .kilometre, from: minute(hour, 0), at: minute(hour, 30))
  }

  private func reversal(of id: String, _ own: String) -> Activity {
    var reversal = act(own, "ride", nil, nil, at: minute(22, 0))
    reversal.report = .reversal(of: id)
    return reversal
  }

  private func changes(_ booking: Booking) -> [String] {
    booking.titles.map { "\($0.residentNumber) \($0.reason) \($0.title ?? "-")" }
  }

  @Test func `a title rises with the act that reaches its threshold`() {
    var books = books(("seed", 0), ("green", 500), ("gold", 1_000))
    #expect(changes(books.book([ride("a", "1.9")])) == [], "the lowest title is no change")
    #expect(changes(books.book([ride("b", "0.1", hour: 9)])) == ["1 risen green"], "500 g, exactly")
    let booking = books.book([ride("c", "0.1", hour: 10)])
    #expect(booking.titles.isEmpty && booking.accounts.map(\.title) == ["green"])
    #expect(changes(books.book([ride("d", "2", hour: 11)])) == ["1 risen gold"])
  }

  @Test func `a reversal takes a title, and one batch says only what is different after it`() {
    var books = books(("seed", 0), ("green", 500), ("gold", 1_000))
    #expect(changes(books.book([ride("a", "2"), ride("b", "2", hour: 9)])) == ["1 risen gold"])
    #expect(changes(books.book([reversal(of: "b", "r-b")])) == ["1 fallen green"])
    #expect(changes(books.book([reversal(of: "a", "r-a")])) == ["1 fallen -"])
    #expect(books.residents.accounts["r-1"]?.title == nil)
    #expect(changes(books.book([ride("c", "4", hour: 10), reversal(of: "c", "r-c")])) == [])
    #expect(changes(books.book([ride("d", "4", hour: 11)])) == ["1 risen gold"])
    #expect(changes(books.book([reversal(of: "d", "r-d"), ride("e", "2", hour: 12)])) == ["1 fallen green"])
  }

  @Test func `a new catalogue takes no title, and gives one with the next act`() {
    var books = books(("green", 500), ("gold", 1_000))
    #expect(changes(books.book([ride("a", "2")])) == ["1 risen green"])
    books.policy = Self.policy([("bronze", 100), ("green", 5_000)])
    #expect(changes(books.book([ride("b", "0.1", hour: 9)])) == [], "a lower title is no rise")
    books.policy = Self.policy([("green", 100), ("gold", 400)])
    #expect(changes(books.book([ride("c", "0.1", hour: 10)])) == ["1 risen gold"])
    books.policy = Self.policy([("bronze", 100), ("green", 5_000)])
    #expect(changes(books.book([reversal(of: "c", "r-c")])) == ["1 fallen bronze"], "by the thresholds of today")
  }

  @Test func `a title that no catalogue knows any more is kept until a threshold is crossed`() {
    var books = books(("green", 500))
    _ = books.book([ride("a", "2")])
    books.policy = Self.policy([("bronze", 100), ("silver", 800)])
    #expect(changes(books.book([ride("b", "1", hour: 9)])) == [])
    #expect(changes(books.book([ride("c", "1", hour: 10)])) == ["1 risen silver"])
  }
}
