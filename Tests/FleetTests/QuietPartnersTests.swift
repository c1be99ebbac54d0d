import Testing

@testable import Workers

/// Who could have to wait behind a flood: those that push a little again and again, not those that have all pushed.
@Suite struct QuietPartnersTests {
  private var partners = QuietPartners(messagesPerTurn: 100)

  private mutating func look(_ a: Int, _ b: Int, at nowMs: Int64) -> Bool {
    partners.look(at: [a, b], of: ["a", "b"], nowMs: nowMs)
    return partners.areAbout(nowMs: nowMs)
  }

  @Test mutating func `full lists that come to their end have nobody behind them`() {
    let looks = [(900, 500), (500, 80), (300, 0), (90, 0), (0, 0)].enumerated().map { at, lengths in
      look(lengths.0, lengths.1, at: Int64(at) * 10)
    }
    #expect(looks == [false, false, false, false, false])
  }

  @Test mutating func `a little in an inbox that was empty is somebody who waits, and for a while after`() {
    #expect(!look(900, 0, at: 0))
    #expect(look(900, 1, at: 10))
    #expect(look(900, 0, at: 1_000))
    #expect(!look(900, 0, at: 5_000))
  }

  @Test mutating func `an inbox that a turn emptied counts as empty, though nobody saw it so`() {
    #expect(!look(900, 7, at: 0))
    partners.tookAll(of: "b")
    #expect(look(900, 7, at: 10))
  }

  @Test mutating func `who floods is not quiet, however it began`() {
    #expect(!look(0, 0, at: 0))
    #expect(!look(900, 0, at: 10))
    #expect(!look(90, 0, at: 20))
  }
}
