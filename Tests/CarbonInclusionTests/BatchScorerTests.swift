import CarbonInclusion
import Testing

/// Identity, redelivery and reversal, as batches fold them.
@Suite struct BatchScorerTests {
  private let ride = act("a", "ride", "5", .kilometre, from: minute(8, 0), at: minute(8, 23))

  @Test func `a resend changes nothing but the count of duplicates`() {
    var books = Books()
    _ = books.book([ride])
    let booking = books.book([ride])
    #expect(booking.entries.isEmpty && booking.refusals.isEmpty && booking.accounts.isEmpty)
    #expect(booking.counts[1]?[.duplicate] == 1)
    #expect(booking.notices.isEmpty, "a partner is not told about duplicates")
  }

  @Test func `the same id twice in one batch counts once`() {
    var books = Books()
    let booking = books.book([ride, ride])
    #expect(booking.summary == ["earn a credited"])
    #expect(booking.counts[1]?[.duplicate] == 1 && booking.counts[1]?[.credited] == 1)
  }

  @Test func `the same id with other content is a conflict, also for another resident, and changes nothing`() {
    var books = Books()
    _ = books.book([ride])
    var longer = ride
    longer.report = .act(behaviour: "ride", quantity: Quantity(6), unit: .kilometre)
    var friend = ride
    friend.resident = "r-2"
    let booking = books.book([longer, friend])
    #expect(booking.summary == ["conflict a same_id_other_content", "conflict a same_id_other_content"])
    #expect(booking.accounts.isEmpty && booking.legs.isEmpty)
  }

  @Test func `only what leaves no key is asked for, where new ids are believed`() {
    var books = Books()
    _ = books.book([ride])
    books.believesNewKeys = true
    let unknown = act("b", "fly", "1", .kilometre, at: minute(8, 0))
    var reversal = act("c", "ride", "1", .kilometre, at: minute(8, 30))
    reversal.report = .reversal(of: "a")
    let booking = books.book([unknown, reversal, act("d", "ride", "2", .kilometre, at: minute(10, 0))])
    #expect(books.questions.keys.map(\.id) == ["b", "c", "a"])
    #expect(booking.summary == ["reversal c reversal", "earn d credited", "rejected b unknown_behaviour"])
    _ = books.book([ride], replay: true)
    #expect(books.questions.keys.map(\.id) == ["a"], "of what was handed on before, the ledger holds the key")
  }

  @Test func `a resend is a duplicate although it would be refused by now, also where new ids are believed`() {
    var books = Books()
    books.believesNewKeys = true
    _ = books.book([ride])
    books.now = minute(7, 0)
    let booking = books.book([ride])
    #expect(booking.counts[1]?[.duplicate] == 1 && booking.refusals.isEmpty)
  }

  @Test func `the counter of a partner is no content`() {
    var books = Books()
    _ = books.book([ride])
    var again = ride
    again.sequence = 99
    #expect(books.book([again]).counts[1]?[.duplicate] == 1)
  }

  @Test func `a refused message does not occupy its id`() {
    var books = Books()
    #expect(
      books.book([act("a", "fly", "1", .kilometre, at: minute(8, 0))]).summary == ["rejected a unknown_behaviour"])
    #expect(books.book([ride]).summary == ["earn a credited"])
  }

  @Test func `a batch that is handed on again is not counted again, but its partners are told again`() {
    var books = Books()
    let messages = [
      ride, act("b", "fly", "1", .kilometre, at: minute(9, 0)), act("c", "ride", "60", .kilometre, at: minute(9, 5)),
    ]
    let first = books.book(messages)
    #expect(first.summary == ["earn a credited", "earn c held quantity_above", "rejected b unknown_behaviour"])
    let again = books.book(messages, replay: true)
    #expect(again.entries.isEmpty && again.refusals.isEmpty && again.counts.isEmpty)
    #expect(again.notices.count == 2 && Set(again.notices.map(\.id)) == ["b", "c"])
  }

  @Test func `a position that was handed on never keeps a message from being credited`() {
    var books = Books()
    _ = books.book([ride])
    // By hand, somebody took a message off the list: another one stands at a position that is known already.
    let other = act("z", "ride", "1", .kilometre, at: minute(10, 0))
    #expect(books.book([other], replay: true).summary == ["earn z credited"])
  }

  @Test func `a reversal takes grams, points and the action back, and gives the cap's room back`() {
    var books = Books()
    _ = books.book([act("a", "ride", "10", .kilometre, at: minute(8, 0))])
    var reversal = act("rev", "ride", nil, nil, at: minute(9, 0))
    reversal.report = .reversal(of: "a")
    let booking = books.book([reversal])
    #expect(booking.summary == ["reversal rev reversal"])
    #expect(booking.accounts.map(\.reductionMilligrams) == [-2_500_000])
    #expect(booking.entries.map(\.points) == [-25] && booking.accounts.map(\.purse) == [PointsPurse()])
    #expect(booking.residentsDelta == -1)
    #expect(booking.legs.values.map(\.actions) == [-1])
    #expect(books.book([act("b", "ride", "10", .kilometre, at: minute(10, 0))]).summary == ["earn b credited"])
  }

  @Test func `what cannot be reversed is refused with the reason`() {
    var books = Books()
    _ = books.book([
      act("a", "ride", "10", .kilometre, at: minute(8, 0)), act("b", "ride", "1", .kilometre, at: minute(8, 5)),
    ])
    func reversal(_ id: String, of other: String, resident: String = "r-1") -> Activity {
      var activity = act(id, "ride", nil, nil, at: minute(9, 0), resident: resident)
      activity.report = .reversal(of: other)
      return activity
    }
    let booking = books.book([
      reversal("1", of: "nothing"), reversal("2", of: "b"), reversal("3", of: "a", resident: "r-2"),
      reversal("4", of: "a"), reversal("5", of: "a"), reversal("6", of: "4"),
    ])
    #expect(
      booking.summary == [
        "reversal 4 reversal", "rejected 1 reverses_unknown", "rejected 2 reverses_not_credited",
        "rejected 3 reverses_unknown", "rejected 5 reverses_already_reversed", "rejected 6 reverses_not_credited",
      ])
  }

  @Test func `what had lost to a reversed activity is judged again`() {
    var books = Books()
    _ = books.book([ride])
    _ = books.book([act("b", "ride", "4", .kilometre, from: minute(8, 5), at: minute(8, 25))], partner: 3)
    var reversal = act("rev", "ride", nil, nil, at: minute(9, 0))
    reversal.report = .reversal(of: "a")
    let booking = books.book([reversal])
    #expect(booking.summary == ["reversal rev reversal", "upgrade b credited"])
    #expect(
      booking.counts[3]?[.overlap] == -1 && booking.counts[3]?[.credited] == 1 && booking.counts[3]?.received == 0)
    #expect(booking.accounts.map(\.reductionMilligrams) == [-250_000])
    #expect(booking.residentsDelta == 0)
  }

  @Test func `a batch that runs again tells of what it had judged again`() {
    var books = Books()
    _ = books.book([
      act("d", "ride", "8", .kilometre, at: minute(12, 0)),
      act("a", "ride", "2", .kilometre, from: minute(8, 0), at: minute(8, 20)),
    ])
    _ = books.book([act("b", "ride", "4", .kilometre, from: minute(8, 5), at: minute(8, 25))], partner: 3)
    var reversal = act("rev", "ride", nil, nil, at: minute(9, 0))
    reversal.report = .reversal(of: "a")
    let told = books.book([reversal]).notices
    #expect(told.map(\.id) == ["rev", "b"] && told.map(\.outcome) == [.reversal, .capped])
    let again = books.book([reversal], replay: true)
    #expect(again.notices.map(\.id) == ["rev", "b"] && again.notices.map(\.outcome) == [.reversal, .capped])
    #expect(again.summary.isEmpty && again.counts.isEmpty)
  }

  @Test func `points of any order of acts and reversals are the floor of the exact sum`() {
    var books = Books()
    var reversal = act("rev", "order", nil, nil, at: minute(13, 0))
    reversal.report = .reversal(of: "o2")
    let booking = books.book((1...5).map { act("o\($0)", "order", nil, nil, at: minute(12, $0)) } + [reversal])
    // 4 × 45.72 g = 182.88 g at a point for 100 g.
    #expect(booking.accounts.map(\.purse.available) == [1])
    #expect(booking.entries.map(\.points).reduce(0, +) == 1)
  }
}
