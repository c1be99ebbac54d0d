import CarbonInclusion
import Testing

/// The partners' own counters, from the numbers of a turn to what a batch books of them.
@Suite struct SequenceTests {
  private func runs(_ numbers: [Int64]) -> SequenceRuns {
    var runs = SequenceRuns()
    for number in numbers { runs.insert(number) }
    return runs
  }

  @Test func `numbers that rise by one are one run`() {
    #expect(runs(Array(5...900)).merged == [5...900])
    #expect(runs([]).merged.isEmpty && runs([]).isEmpty)
  }

  @Test func `order and repeats make no difference`() {
    #expect(runs([7, 3, 3, 5, 4, 9, 7, 6, 1]).merged == [1...1, 3...7, 9...9])
    #expect(runs([.max, 0, .max - 1, .max, 0]).merged == [0...0, .max - 1 ... .max])
  }

  @Test(arguments: [UInt64(1), 2, 3, 4, 5])
  func `runs hold exactly the numbers that were put in`(seed: UInt64) {
    var state = seed
    var numbers: [Int64] = []
    for _ in 0..<2_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      numbers.append(Int64(state >> 33) % 3_000)
    }
    let merged = runs(numbers).merged
    #expect(merged.flatMap { Array($0) } == Set(numbers).sorted())
    for (left, right) in zip(merged, merged.dropFirst()) {
      #expect(right.lowerBound - left.upperBound > 1, "\(left) and \(right) touch")
    }
  }

  @Test func `a batch books the numbers of its messages, whatever becomes of them`() {
    var books = Books()
    let early = Instant(seconds: 1_000)
    let inbox = InboxIncarnation(partnerNumber: 1, incarnation: 7)
    let other = InboxIncarnation(partnerNumber: 2, incarnation: 9)
    var ride = act("a", "ride", "5", .kilometre, at: minute(8, 0))
    ride.sequence = 5
    let message = ReceivedMessage(
      position: MessagePosition(partnerNumber: 1, incarnation: 7, offset: 3),
      content: .activity(ride, content: Digest(high: 1, low: 2), evidence: nil))
    let blocks = [
      ReceivedBlock(inbox: inbox, end: 4, messages: [message], pushedAt: early, sequences: [1...4, 9...9]),
      // Without messages of its own, and from a clock that runs ahead.
      ReceivedBlock(inbox: other, end: 10, messages: [], pushedAt: books.now.adding(seconds: 60), sequences: [0...7]),
    ]
    for _ in 1...2 {
      let numbers = books.fold(blocks).numbers
      #expect(numbers[1]?.runs.merged == [1...5, 9...9], "a batch that comes again brings its numbers again")
      #expect(numbers[1]?.seenAt == early)
      #expect(numbers[2]?.runs.merged == [0...7])
      #expect(numbers[2]?.seenAt == books.now)
    }
    #expect(books.book([act("a", "ride", "5", .kilometre, at: minute(8, 0))]).numbers.isEmpty)
  }
}
