import CarbonInclusion
import Testing

/// Residents who were erased: whatever comes for them is refused, and nothing that is kept names them.
@Suite struct ErasureTests {
  private let ride = act("a", "ride", "5", .kilometre, from: minute(8, 0), at: minute(8, 23))

  /// Books a ride, then erases whose it was.
  private func erased() -> Books {
    var books = Books()
    _ = books.book([ride])
    books.residents.accounts["erased-1"] = books.residents.accounts.removeValue(forKey: "r-1")
    books.residents.erased = ["r-1"]
    books.answers.isAnyoneErased = true
    return books
  }

  @Test func `a new message and a resend are refused alike, and name nobody`() {
    var books = erased()
    let booking = books.book([act("b", "ride", "1", .kilometre, at: minute(9, 0)), ride])
    #expect(booking.summary == ["rejected b resident_erased", "rejected a resident_erased"])
    #expect(booking.refusals.allSatisfy { $0.resident == nil && $0.payload == nil && !$0.detail.contains("r-1") })
    #expect(booking.counts[1]?.received == 2 && booking.counts[1]?[.rejected] == 2)
    #expect(booking.notices.map(\.reason) == ["resident_erased", "resident_erased"])
    #expect(booking.accounts.isEmpty && booking.entries.isEmpty)
  }

  @Test func `what was counted before and is handed on again is not counted as refused`() {
    var books = erased()
    let again = books.book([ride], replay: true)
    #expect(again.summary.isEmpty && again.counts.isEmpty)
    _ = books.book([ride])
    let refusedAgain = books.book([ride], replay: true)
    #expect(refusedAgain.summary.isEmpty && refusedAgain.counts.isEmpty)
    #expect(refusedAgain.notices.map(\.reason) == ["resident_erased"])
  }

  @Test func `a message that its form refuses, and a burial, do not keep the name either`() {
    var books = erased()
    let messages = [RefusalReason.missingField, .poison].enumerated().map { offset, reason in
      ReceivedMessage(
        position: .init(partnerNumber: 1, incarnation: 9, offset: Int64(offset)),
        content: .refused(
          Refusal(reason, "about r-1"), id: "\(offset)", resident: "r-1", payload: Array("r-1".utf8),
          content: Digest(high: 1, low: UInt64(offset))))
    }
    let booking = books.fold([
      ReceivedBlock(
        inbox: .init(partnerNumber: 1, incarnation: 9), end: 2, messages: messages, pushedAt: books.now)
    ])
    #expect(booking.summary == ["rejected 0 resident_erased", "rejected 1 resident_erased"])
    #expect(booking.refusals.allSatisfy { $0.resident == nil && $0.payload == nil })
  }

  @Test func `a dead letter that is retried does not get the name back`() {
    var books = Books()
    let bytes = Digest(high: 7, low: 7)
    let position = MessagePosition(partnerNumber: 1, incarnation: 7, offset: 0)
    let letter = books.letter(at: 0, content: bytes)
    books.answers.letters[letter] = .init(isOpen: true)
    books.residents.erased = ["r-1"]
    books.answers.isAnyoneErased = true
    let retry = ReceivedMessage(
      position: position, content: .activity(ride, content: books.contentDigest(ride), evidence: nil), letter: letter)
    let booking = books.fold([
      ReceivedBlock(inbox: .init(partnerNumber: 1, incarnation: 7), end: 1, messages: [retry], pushedAt: books.now)
    ])
    guard case .retried(let decision, let resident) = booking.letters.first?.event else {
      Issue.record("\(booking.letters)")
      return
    }
    #expect(decision.reason == "resident_erased" && resident == nil && booking.refusals.isEmpty)
  }

  @Test func `names of refused messages are asked about, and their accounts locked`() {
    var books = Books()
    _ = books.book([ride])
    let refused = ReceivedMessage(
      position: .init(partnerNumber: 1, incarnation: 9, offset: 0),
      content: .refused(
        Refusal(.missingField, "unit"), id: nil, resident: "r-1", payload: [], content: Digest(high: 1, low: 1)))
    _ = books.fold([
      ReceivedBlock(inbox: .init(partnerNumber: 1, incarnation: 9), end: 1, messages: [refused], pushedAt: books.now)
    ])
    #expect(books.asked.booked == ["r-1"] && books.windows.isEmpty)
  }
}
