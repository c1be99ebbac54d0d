import CarbonInclusion
import Testing

/// Dead letters that are judged again: their one outcome moves, whatever it becomes, and moves once.
@Suite struct RetryTests {
  private let ride = act("a", "ride", "5", .kilometre, from: minute(8, 0), at: minute(8, 23))
  private let bytes = Digest(high: 7, low: 7)

  private func message(_ content: ReceivedMessage.Content, at offset: Int64 = 0, _ letter: DeadLetterKey? = nil)
    -> ReceivedMessage
  {
    ReceivedMessage(
      position: .init(partnerNumber: 1, incarnation: 7, offset: offset), content: content, letter: letter)
  }

  private func refusal(_ reason: RefusalReason, _ detail: String) -> ReceivedMessage.Content {
    .refused(Refusal(reason, detail), id: nil, resident: nil, payload: [0x78], content: bytes)
  }

  private func block(_ messages: [ReceivedMessage]) -> ReceivedBlock {
    let end = (messages.last?.position.offset ?? 0) + 1
    return ReceivedBlock(
      inbox: .init(partnerNumber: 1, incarnation: 7), end: end, messages: messages, pushedAt: minute(23, 0))
  }

  /// Books with one dead letter, and the message that retries it with an activity.
  private func buried(_ activity: Activity? = nil) -> (books: Books, retry: ReceivedMessage) {
    var books = Books()
    let booking = books.fold([block([message(refusal(.poison, "killed three workers"))])])
    #expect(booking.summary == ["rejected - poison"] && booking.counts[1]?.received == 1)
    let content = activity ?? ride
    return (
      books,
      message(
        .activity(content, content: books.contentDigest(content), evidence: nil), books.letter(at: 0, content: bytes))
    )
  }

  private func expectMoved(
    _ booking: Booking, to outcome: Outcome, at location: SourceLocation = #_sourceLocation
  ) {
    let counts = booking.counts[1] ?? .init()
    #expect(counts.received == 0, "a retry is not received again", sourceLocation: location)
    for other in Outcome.allCases {
      let expected: Int64 = (other == outcome ? 1 : 0) - (other == .rejected ? 1 : 0)
      #expect(counts[other] == expected, "\(other)", sourceLocation: location)
    }
  }

  private func decisions(_ booking: Booking) -> [String] {
    booking.letters.map { change in
      switch change.event {
      case .retried(let decision, let resident):
        [decision.outcome.code, decision.id, decision.reason, resident].compactMap(\.self).joined(separator: " ")
      case .buriedAgain(let attempts): "again \(attempts)"
      }
    }
  }

  @Test func `a retry that is credited takes the rejection's place, and moves no mark`() {
    var (books, retry) = buried()
    let booking = books.fold([block([retry])])
    #expect(booking.summary == ["earn a credited"])
    #expect(booking.accounts.map(\.reductionMilligrams) == [1_250_000])
    expectMoved(booking, to: .credited)
    #expect(decisions(booking) == ["credited a r-1"])
    #expect(booking.highWaterMarks.isEmpty && booking.notices.isEmpty)
  }

  @Test func `a retry far ahead of what its shard has seen hides nothing that comes after it`() {
    var books = Books()
    _ = books.fold([block([message(refusal(.poison, "died"), at: 900)])])
    books.marks = [:]
    let letter = books.letter(at: 900, content: bytes)
    let content = ReceivedMessage.Content.activity(ride, content: books.contentDigest(ride), evidence: nil)
    _ = books.fold([block([message(content, at: 900, letter)])])
    let resend = books.fold([block([message(content, at: 5)])])
    #expect(resend.counts[1]?[.duplicate] == 1, "the partner's own message at position 5 was not counted")
  }

  @Test func `a retry is judged as any message: caps, overlaps and refusals of scoring`() {
    var (books, retry) = buried(act("a", "ride", "12", .kilometre, at: minute(8, 23)))
    let capped = books.fold([block([retry])])
    #expect(capped.summary == ["earn a capped ride-per-day"])
    expectMoved(capped, to: .capped)
    #expect(capped.notices.map(\.outcome) == [.capped])

    (books, retry) = buried(act("a", "fly", "12", .kilometre, at: minute(8, 23)))
    let refused = books.fold([block([retry])])
    #expect(refused.refusals.isEmpty && refused.entries.isEmpty, "the refusal of the burial stands already")
    expectMoved(refused, to: .rejected)
    #expect(decisions(refused) == ["rejected a unknown_behaviour r-1"])
    #expect(refused.notices.map(\.reason) == ["unknown_behaviour"])
  }

  @Test func `a retry that is refused for its form keeps one outcome, with the new reason`() {
    var (books, _) = buried()
    let retry = message(refusal(.malformedJSON, "byte 0"), books.letter(at: 0, content: bytes))
    let booking = books.fold([block([retry])])
    #expect(booking.refusals.isEmpty)
    expectMoved(booking, to: .rejected)
    #expect(decisions(booking) == ["rejected malformed_json"])
  }

  @Test func `a retry of what was pushed again meanwhile is a duplicate, and of other content a conflict`() {
    var (books, retry) = buried()
    _ = books.book([ride])
    let duplicate = books.fold([block([retry])])
    #expect(duplicate.entries.isEmpty && duplicate.notices.isEmpty)
    expectMoved(duplicate, to: .duplicate)
    #expect(decisions(duplicate) == ["duplicate a r-1"])

    (books, retry) = buried()
    _ = books.book([act("a", "ride", "6", .kilometre, at: minute(8, 23))])
    let conflict = books.fold([block([retry])])
    #expect(conflict.entries.isEmpty && conflict.refusals.isEmpty)
    expectMoved(conflict, to: .conflict)
    #expect(decisions(conflict) == ["conflict a same_id_other_content r-1"])
  }

  @Test func `a letter that is retried twice, in one batch or two, moves once`() {
    var (books, retry) = buried()
    let booking = books.fold([block([retry]), block([retry])])
    #expect(booking.summary == ["earn a credited"])
    expectMoved(booking, to: .credited)
    let again = books.fold([block([retry])])
    #expect(again.entries.isEmpty && again.letters.isEmpty && again.counts.isEmpty && again.notices.isEmpty)
  }

  @Test func `a retry that is handed on again tells its partner again`() {
    var (books, retry) = buried(act("a", "ride", "12", .kilometre, at: minute(8, 23)))
    _ = books.fold([block([retry])])
    let again = books.fold([block([retry])])
    #expect(again.counts.isEmpty && again.notices.map(\.reason) == ["ride-per-day"])
  }

  @Test func `a discarded letter stays what it is`() {
    var (books, retry) = buried()
    books.answers.letters[books.letter(at: 0, content: bytes)] = .init(isOpen: false)
    let booking = books.fold([block([retry])])
    #expect(booking.entries.isEmpty && booking.counts.isEmpty && booking.letters.isEmpty && booking.notices.isEmpty)
  }

  @Test func `a retry that kills again is buried again, and counts nothing`() {
    var (books, retry) = buried()
    retry.content = refusal(.poison, "killed three more")
    let booking = books.fold([block([retry])])
    #expect(booking.counts.isEmpty && booking.refusals.isEmpty && booking.notices.isEmpty)
    #expect(decisions(booking) == ["again killed three more"])
  }

  @Test func `where the ledger has gone back before a burial, a retry is a message like any other`() {
    var (books, retry) = buried()
    books.answers.letters = [:]
    let booking = books.fold([block([retry])])
    #expect(booking.summary == ["earn a credited"] && booking.letters.isEmpty)
    #expect(booking.counts[1]?.received == 1 && booking.counts[1]?[.credited] == 1)
    #expect(books.fold([block([retry])]).counts.isEmpty, "handed on again, it was counted again")
  }

  @Test func `a retried reversal takes back what it names`() {
    var reversal = act("rev", "ride", nil, nil, at: minute(9, 0))
    reversal.report = .reversal(of: "a")
    var (books, retry) = buried(reversal)
    _ = books.book([ride])
    let booking = books.fold([block([retry])])
    #expect(booking.summary == ["reversal rev reversal"])
    expectMoved(booking, to: .reversal)
  }
}
