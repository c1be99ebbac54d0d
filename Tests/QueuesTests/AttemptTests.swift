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
}
