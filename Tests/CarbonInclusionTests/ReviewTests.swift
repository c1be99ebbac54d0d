import CarbonInclusion
import Testing

/// Held activities that a person looks at: their one outcome moves once, by an upgrade.
@Suite struct ReviewTests {
  /// 25 km/h: held for its speed.
  private let ride = act("a", "ride", "5", .kilometre, from: minute(8, 0), at: minute(8, 12))

  private func order(_ decision: Job.Decision, of id: String = "a", job: String = "job-1", partner: Int16 = 1)
    -> ReviewOrder
  {
    ReviewOrder(
      jobID: job, key: .init(partnerNumber: partner, id: id), decision: decision, reason: "seen the photograph",
      administrator: "admin")
  }

  private func block(_ orders: ReviewOrder..., now: Instant) -> ReceivedBlock {
    ReceivedBlock(
      inbox: .init(partnerNumber: 1, incarnation: 0), end: Int64(orders.count), messages: [], pushedAt: now,
      reviews: orders)
  }

  /// Books with an activity that is held, and reviews that are asked for.
  private func held(_ activity: Activity? = nil, jobs: [String] = ["job-1"]) -> Books {
    var books = Books()
    #expect(books.book([activity ?? ride]).summary.first?.contains("held") == true)
    for job in jobs { books.answers.reviews[job] = .init(isOpen: true, resident: "r-1") }
    return books
  }

  private func expectMoved(
    _ booking: Booking, from old: Outcome = .held, to outcome: Outcome, at location: SourceLocation = #_sourceLocation
  ) {
    let counts = booking.counts[1] ?? .init()
    #expect(counts.received == 0, "a review is no message", sourceLocation: location)
    for other in Outcome.allCases {
      let expected: Int64 = (other == outcome ? 1 : 0) - (other == old ? 1 : 0)
      #expect(counts[other] == expected, "\(other)", sourceLocation: location)
    }
  }

  @Test func `what is accepted is credited today, and counts as if it had been at once`() {
    var books = held()
    books.now = minute(23, 0).adding(seconds: 40 * 86_400)
    let booking = books.fold([block(order(.accept), now: books.now)])
    #expect(booking.summary == ["upgrade a credited"] && booking.entries.map(\.refersTo) == [1])
    #expect(booking.accounts.map(\.reductionMilligrams) == [1_250_000])
    #expect(booking.accounts.map(\.purse.lots) == [[.init(expiresOn: SmallCatalogue.day("2024-01-31"), points: 12)]])
    #expect(booking.reviews == [.init(jobID: "job-1", outcome: .credited)])
    #expect(booking.residentsDelta == 1 && booking.legs.values.map(\.actions) == [1])
    #expect(booking.highWaterMarks.isEmpty, "a review stands in no inbox")
    expectMoved(booking, to: .credited)
  }

  @Test func `what is refused is rejected for good, with the reason that was given`() {
    var books = held()
    let booking = books.fold([block(order(.refuse), now: books.now)])
    #expect(booking.summary == ["upgrade a rejected review_refused"])
    #expect(booking.entries.map(\.credit.detail) == ["seen the photograph"])
    #expect(booking.notices.map(\.reason) == ["review_refused"] && booking.refusals.isEmpty)
    #expect(booking.reviews == [.init(jobID: "job-1", outcome: .rejected)])
    expectMoved(booking, to: .rejected)
    #expect(books.book([ride]).counts[1]?[.duplicate] == 1, "it keeps its id")
    var reversal = act("rev", "ride", nil, nil, at: minute(9, 0))
    reversal.report = .reversal(of: "a")
    #expect(books.book([reversal]).summary == ["rejected rev reverses_not_credited"])
  }

  @Test func `caps and overlaps apply to what is accepted`() {
    var books = held(act("a", "ride", "60", .kilometre, at: minute(12, 0)))
    let capped = books.fold([block(order(.accept), now: books.now)])
    #expect(capped.summary == ["upgrade a capped ride-per-day"])
    #expect(capped.notices.map(\.outcome) == [.capped])

    books = held()
    _ = books.book([act("b", "ride", "2", .kilometre, from: minute(8, 5), at: minute(8, 25))], partner: 3)
    let overlapping = books.fold([block(order(.accept), now: books.now)])
    #expect(overlapping.summary == ["upgrade a overlap same-ride"])
    expectMoved(overlapping, to: .overlap)
    // What it had lost to is taken back: it is not held a second time.
    var reversal = act("rev", "ride", nil, nil, at: minute(9, 0))
    reversal.report = .reversal(of: "b")
    let again = books.book([reversal], partner: 3)
    #expect(again.summary == ["reversal rev reversal", "upgrade a credited"])
    expectMoved(again, from: .overlap, to: .credited)
  }

  @Test func `a reversal takes back what was accepted`() {
    var books = held()
    _ = books.fold([block(order(.accept), now: books.now)])
    var reversal = act("rev", "ride", nil, nil, at: minute(9, 0))
    reversal.report = .reversal(of: "a")
    let booking = books.book([reversal])
    #expect(booking.summary == ["reversal rev reversal"] && booking.residentsDelta == -1)
    #expect(booking.accounts.map(\.purse) == [PointsPurse()])
  }

  @Test func `two reviews of one activity, and a review twice, decide once`() {
    var books = held(jobs: ["job-1", "job-2"])
    let orders = block(order(.accept), order(.accept), order(.refuse, job: "job-2"), now: books.now)
    let booking = books.fold([orders])
    #expect(booking.summary == ["upgrade a credited"])
    #expect(
      booking.reviews.map(\.outcome) == [.credited, .credited] && booking.reviews.map(\.jobID) == ["job-1", "job-2"])
    let again = books.fold([orders])
    #expect(again.summary.isEmpty && again.reviews.isEmpty && again.counts.isEmpty && again.accounts.isEmpty)
    #expect(books.asked.booked.isEmpty, "what is decided needs no lock")
  }

  @Test func `a refusal that is handed on again is told again`() {
    var books = held()
    _ = books.fold([block(order(.refuse), now: books.now)])
    #expect(books.fold([block(order(.refuse), now: books.now)]).notices.map(\.reason) == ["review_refused"])
  }

  @Test func `what is held no more keeps the outcome that it has`() {
    var books = Books()
    var reversal = act("rev", "ride", nil, nil, at: minute(9, 0))
    reversal.report = .reversal(of: "x")
    _ = books.book([act("x", "ride", "5", .kilometre, at: minute(8, 0)), reversal])
    for job in ["job-1", "job-2"] { books.answers.reviews[job] = .init(isOpen: true, resident: "r-1") }
    let booking = books.fold([
      block(order(.refuse, of: "x"), order(.refuse, of: "rev", job: "job-2"), now: books.now)
    ])
    #expect(booking.entries.isEmpty && booking.counts.isEmpty)
    #expect(booking.reviews.map(\.outcome) == [.credited, .reversal])
  }

  @Test func `what today's catalogue has no place for stays held, and can be refused`() {
    var books = held(jobs: ["job-1", "job-2"])
    var catalogue = SmallCatalogue.catalogue
    catalogue.factors = catalogue.factors.filter { $0.behaviour != "ride" }
    books.policy = Policy(version: 2, catalogue: catalogue, numbers: SmallCatalogue.policy.numbers)
    let accepted = books.fold([block(order(.accept), now: books.now)])
    #expect(accepted.entries.isEmpty && accepted.reviews.map(\.outcome) == [.held])
    let refused = books.fold([block(order(.refuse, job: "job-2"), now: books.now)])
    #expect(refused.reviews.map(\.outcome) == [.rejected])
  }

  @Test func `a review that kills its workers leaves the activity held`() {
    var books = held()
    var deadly = order(.accept)
    deadly.diedInScoring = true
    let booking = books.fold([block(deadly, now: books.now)])
    #expect(booking.entries.isEmpty && booking.reviews.map(\.outcome) == [.held])
  }

  @Test func `a review that the ledger does not know changes nothing`() {
    var books = held(jobs: [])
    let booking = books.fold([block(order(.accept), now: books.now)])
    #expect(booking.entries.isEmpty && booking.reviews.isEmpty && booking.notices.isEmpty)
  }
}
