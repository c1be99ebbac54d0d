import Queues
import RedisClient
import TestServers
import Testing

@Suite struct `attempts` {
  @Test func `three owners that die on a message are three attempts, and a trim ends the count`() throws {
    let fixture = try Fixture()
    var redis = try fixture.connect()
    try fixture.push(["poison", "b"], on: &redis)
    for death in 0..<3 {
      var victim = fixture.list("victim \(death)", leaseMs: 10)
      #expect(try victim.mustTake(2, on: &redis).claim.attempts == death)
      try fixture.waitForExpiry(on: &redis)
    }
    var (list, next) = (fixture.list("heir"), fixture.list("next"))
    let claim = try list.mustTake(2, on: &redis).claim
    #expect(claim.attempts == 3)
    #expect(try list.mustTrim(claim, 1, release: true, on: &redis).attempts == 0)
    #expect(try next.mustTake(1, on: &redis).claim.attempts == 0)
  }

  @Test func `a hand-back is no attempt`() throws {
    let fixture = try Fixture()
    var redis = try fixture.connect()
    try fixture.push(["a"], on: &redis)
    var (list, other) = (fixture.list("1"), fixture.list("2"))
    let claim = try list.mustTake(1, on: &redis).claim
    #expect(try list.release(claim, on: &redis))
    let next = try other.mustTake(1, on: &redis).claim
    #expect((next.epoch, next.attempts) == (claim.epoch + 1, 0))
  }

  @Test func `an owner that comes back itself did not die`() throws {
    let fixture = try Fixture()
    var redis = try fixture.connect()
    try fixture.push(["a"], on: &redis)
    var list = fixture.list("1", leaseMs: 10)
    _ = try list.mustTake(1, on: &redis)
    try fixture.waitForExpiry(on: &redis)
    #expect(try list.mustTake(1, on: &redis).claim.attempts == 0)
  }

  @Test(arguments: [true, false])
  func `a death after a trim counts only if messages were left in hand`(leftInHand: Bool) throws {
    let fixture = try Fixture()
    var redis = try fixture.connect()
    try fixture.push(["a", "b"], on: &redis)
    var (list, other) = (fixture.list("1", leaseMs: 10), fixture.list("2"))
    let claim = try list.mustTake(leftInHand ? 2 : 1, on: &redis).claim
    try list.mustTrim(claim, 1, on: &redis)
    try fixture.waitForExpiry(on: &redis)
    #expect(try other.mustTake(1, on: &redis).claim.attempts == (leftInHand ? 1 : 0))
  }

  @Test func `an outage of the server is no attempt`() throws {
    let fixture = try Fixture(RedisServer())
    defer { fixture.server.stop() }
    var (list, other) = (fixture.list("1", leaseMs: 10), fixture.list("2"))
    var before = try fixture.connect()
    try fixture.push(["a"], on: &before)
    let claim = try list.mustTake(1, on: &before).claim
    try fixture.server.restart()
    var after = try fixture.connect()
    try fixture.waitForExpiry(on: &after)
    let next = try other.mustTake(1, on: &after).claim
    #expect((next.epoch, next.position, next.attempts) == (claim.epoch + 1, 0, 0))
    #expect(next.incarnation == claim.incarnation)
  }

  @Test func `after three deaths what was in hand comes one by one, and everything behind it together again`() throws {
    let fixture = try Fixture()
    var redis = try fixture.connect()
    try fixture.push(["a", "b", "c", "d"], on: &redis)
    try fixture.die(3, times: 3, on: &redis)
    var list = fixture.list("heir")
    for (position, text) in ["a", "b", "c"].enumerated() {
      let (claim, texts) = try list.mustTake(10, on: &redis)
      #expect((claim.isSuspect, claim.position, texts) == (true, Int64(position), [text]))
      try list.mustTrim(claim, 1, release: true, on: &redis)
    }
    try fixture.push(["e"], on: &redis)
    // One more is read alone by a lane that does not know yet that it is over.
    let last = try list.mustTake(10, on: &redis)
    #expect((last.claim.isSuspect, last.texts) == (false, ["d"]))
    try list.mustTrim(last.claim, 1, release: true, on: &redis)
    #expect(try list.mustTake(10, on: &redis).texts == ["e"])
  }

  @Test func `only a death between taking up and setting down is one alone`() throws {
    let fixture = try Fixture()
    var redis = try fixture.connect()
    try fixture.push(["a", "b"], on: &redis)
    try fixture.die(2, times: 3, on: &redis)
    for owner in ["never heard of it", "has set it down"] {
      var list = fixture.list(owner, leaseMs: 10)
      let claim = try list.mustTake(2, on: &redis).claim
      #expect((claim.isSuspect, claim.attemptsAlone) == (true, 0))
      if owner == "has set it down" {
        #expect(try list.takeUp(claim, on: &redis))
        #expect(try list.setDown(claim, on: &redis))
      }
      try fixture.waitForExpiry(on: &redis)
    }
    var victim = fixture.list("victim", leaseMs: 10)
    let taken = try victim.mustTake(2, on: &redis).claim
    #expect(try victim.takeUp(taken, on: &redis))
    try fixture.waitForExpiry(on: &redis)
    var list = fixture.list("heir")
    let claim = try list.mustTake(2, on: &redis).claim
    #expect(claim.attemptsAlone == 1)
    try list.mustTrim(claim, 1, release: true, on: &redis)
    #expect(try list.mustTake(2, on: &redis).claim.attemptsAlone == 0)
  }

  @Test(arguments: [false, true])
  func `a failure that the messages caused counts like a death`(isSetDown: Bool) throws {
    let fixture = try Fixture()
    var redis = try fixture.connect()
    try fixture.push(["a", "b"], on: &redis)
    var list = fixture.list("1")
    for _ in 1...3 {
      let claim = try list.mustTake(2, on: &redis).claim
      try list.fail(claim, on: &redis)
    }
    for failure in 0...2 {
      let claim = try list.mustTake(2, on: &redis).claim
      #expect((claim.isSuspect, claim.attemptsAlone) == (true, failure))
      #expect(try list.takeUp(claim, on: &redis))
      if isSetDown { #expect(try list.setDown(claim, on: &redis)) }
      try list.fail(claim, on: &redis)
    }
    #expect(try list.mustTake(2, on: &redis).claim.attemptsAlone == 3)
  }

  @Test func `a suspect message is replaced by its parts in one step, and only by who holds the list`() throws {
    let fixture = try Fixture()
    var redis = try fixture.connect()
    try fixture.push(["ab", "c"], on: &redis)
    try fixture.die(1, times: 3, on: &redis)
    var (old, list) = (fixture.list("old", leaseMs: 10), fixture.list("heir"))
    let stale = try old.mustTake(1, on: &redis).claim
    try fixture.waitForExpiry(on: &redis)
    let claim = try list.mustTake(1, on: &redis).claim
    #expect(try !old.split(stale, into: [Array("x".utf8)], on: &redis))
    #expect(try list.split(claim, into: [Array("a".utf8), Array("b".utf8)], on: &redis))
    #expect(try fixture.contents(on: &redis) == ["a", "b", "c"])
    for text in ["a", "b"] {
      let (part, texts) = try list.mustTake(5, on: &redis)
      #expect((part.isSuspect, part.incarnation, texts) == (true, claim.incarnation, [text]))
      try list.mustTrim(part, 1, release: true, on: &redis)
    }
    #expect(try !list.mustTake(5, on: &redis).claim.isSuspect)
  }

  @Test func `what nobody can read is set aside, up to a bound`() throws {
    let fixture = try Fixture()
    var redis = try fixture.connect()
    try fixture.push(["a", "b", "c"], on: &redis)
    var list = fixture.list("1")
    for isRoom in [true, false] {
      let claim = try list.mustTake(1, on: &redis).claim
      #expect(try list.setAside(claim, most: 1, on: &redis) == isRoom)
    }
    #expect(try fixture.contents(on: &redis) == ["b", "c"])
    let aside = try redis.command(["LRANGE", .string("{\(fixture.inbox)}:set-aside"), 0, -1])
    #expect(try aside.string(at: 0) == "a" && aside.count == 1)
    #expect(try list.mustTake(1, on: &redis).claim.position == 1)
  }
}

extension Fixture {
  /// So many owners die one after the other with so many messages in hand.
  fileprivate func die(_ inHand: Int, times: Int, on redis: inout RedisConnection) throws {
    for death in 1...times {
      var victim = list("victim \(death)", leaseMs: 10)
      _ = try victim.mustTake(inHand, on: &redis)
      try waitForExpiry(on: &redis)
    }
  }
}
