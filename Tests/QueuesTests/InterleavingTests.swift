import Foundation
import RedisClient
import TestServers
import Testing

@testable import Queues

@Suite struct `interleavings` {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  @Test func `messages read after the lease ran out and another owner trimmed are not used`() throws {
    var slow = try fixture.connect()
    var quick = try fixture.connect()
    var (list, other) = (fixture.list("slow", leaseMs: 20), fixture.list("quick"))
    try fixture.push(["a", "b", "c"], on: &quick)

    let verdict = try list.verdict(count: 2, on: &slow)
    guard case .owned(let claim) = verdict else { throw TestFailure("a free list was not given: \(verdict)") }
    try fixture.waitForExpiry(on: &quick)
    let taken = try other.mustTake(1, on: &quick).claim
    try other.mustTrim(taken, 1, on: &quick)

    // The late read sees b and c, which are not at the position of the first verdict.
    switch try list.peek(after: verdict, count: 2, on: &slow) {
    case .moved: break
    case .read(let read, _): Issue.record("messages were used at \(read.position), verdict was \(claim.position)")
    default: Issue.record("the verdict was taken for another one")
    }
    #expect(try list.take(2, on: &slow).isLeased)
  }

  @Test func `messages read while the list changed hands twice are not used`() throws {
    var redis = try fixture.connect()
    let list = fixture.list("slow", leaseMs: 20)
    var other = fixture.list("quick")
    try fixture.push(["a", "b", "c"], on: &redis)
    let verdict = try list.verdict(count: 2, on: &redis)
    try fixture.waitForExpiry(on: &redis)
    let taken = try other.mustTake(1, on: &redis).claim
    try other.mustTrim(taken, 1, release: true, on: &redis)

    guard case .moved = try list.peek(after: verdict, count: 2, on: &redis) else {
      throw TestFailure("the list was not ours all the time between the verdicts, yet its messages were used")
    }
  }

  @Test func `a claim after a missed change of hands reads anew`() throws {
    var redis = try fixture.connect()
    var (list, other) = (fixture.list("1", leaseMs: 20), fixture.list("2"))
    try fixture.push(["a", "b", "c"], on: &redis)
    let first = try list.mustTake(1, on: &redis).claim
    try fixture.waitForExpiry(on: &redis)
    let taken = try other.mustTake(1, on: &redis).claim
    try other.mustTrim(taken, 1, release: true, on: &redis)
    let next = try list.mustTake(2, on: &redis)
    #expect(next.texts == ["b", "c"])
    #expect((next.claim.position, next.claim.epoch) == (1, first.epoch + 2))
  }

  @Test func `scripts come back after SCRIPT FLUSH`() throws {
    let fixture = try Fixture(RedisServer())
    defer { fixture.server.stop() }
    var redis = try fixture.connect()
    var list = fixture.list("1")
    func forget() throws { _ = try redis.command(["SCRIPT", "FLUSH"]) }
    try fixture.push(["a", "b"], on: &redis)
    try forget()
    let claim = try list.mustTake(1, on: &redis).claim
    try forget()
    let again = try list.mustTake(1, on: &redis).claim
    #expect(again.epoch == claim.epoch)
    try forget()
    try list.mustTrim(again, 1, on: &redis)
    try forget()
    let blocks = ["x", "y", "z"].map { BlockList.Push(list: $0, blocks: [Array("PHB1block".utf8)]) }
    let verdicts = try BlockList(maxBlocks: 4, maxAgeMs: 1_000).push(blocks, on: &redis)
    #expect(verdicts == [.accepted(length: 1), .accepted(length: 1), .accepted(length: 1)])
    try forget()
    #expect(try BoundedList(name: "rejected").push([[1]], on: &redis) == 1)
  }

  @Test func `nothing is lost, repeated or out of order while partners push`() throws {
    let messages = 4_000
    let fixture = fixture
    let partners = (0..<2).map { partner in
      Thread {
        do {
          var redis = try fixture.connect()
          for start in stride(from: 0, to: messages, by: 50) {
            try fixture.push((start..<start + 50).map { "\(partner) \($0)" }, on: &redis)
          }
        } catch {
          Issue.record("a partner could not push: \(error)")
        }
      }
    }
    for partner in partners { partner.start() }

    // Two owners take turns, so that every hand-over happens under load.
    var redis = try fixture.connect()
    var owners = [fixture.list("1"), fixture.list("2")]
    var next = [0, 0]
    var position: Int64 = 0
    let deadline = ContinuousClock.now + .seconds(30)
    while next != [messages, messages], ContinuousClock.now < deadline {
      owners.swapAt(0, 1)
      guard case .owned(let claim, let texts) = try owners[0].take(97, on: &redis) else { continue }
      #expect(claim.position == position, "the position does not go on")
      for text in texts {
        let words = text.split(separator: " ").compactMap { Int($0) }
        try #require(words[1] == next[words[0]], "partner \(words[0]) is out of order")
        next[words[0]] += 1
      }
      position += Int64(texts.count)
      try owners[0].mustTrim(claim, texts.count, release: true, on: &redis)
    }
    #expect(next == [messages, messages], "not everything arrived within 30 s")
  }
}
