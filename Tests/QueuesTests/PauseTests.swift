import RedisClient
import TestServers
import Testing

@testable import Queues

/// An operator's hand on a list: nobody claims a paused one, and nothing of it is lost.
@Suite struct PauseTests {
  @Test func `nobody can claim a paused list, and no lease is written`() throws {
    let fixture = try Fixture()
    var redis = try fixture.connect()
    let control = ListControl(name: fixture.inbox)
    try fixture.push(["a", "b"], on: &redis)
    #expect(try control.pause(on: &redis))
    #expect(try !control.pause(on: &redis), "paused twice")
    var list = fixture.list("one")
    #expect(try list.take(5, on: &redis) == .paused)
    #expect(try redis.command(["HKEYS", .string(fixture.lease)]).count == 1, "more than the pause stands in the lease")
    let state = try control.state(on: &redis)
    #expect(state.length == 2 && state.owner == nil && state.pausedMs != nil)
    #expect(try control.resume(on: &redis))
    #expect(try !control.resume(on: &redis), "resumed twice")
    #expect(try list.mustTake(5, on: &redis).texts == ["a", "b"])
    #expect(try control.state(on: &redis).owner == list.owner)
  }

  @Test func `the owner may renew and trim what it has, and claims nothing after it`() throws {
    let fixture = try Fixture()
    var redis = try fixture.connect()
    try fixture.push(["a", "b", "c"], on: &redis)
    var list = fixture.list("one")
    let held = try list.mustTake(2, on: &redis).claim
    _ = try ListControl(name: fixture.inbox).pause(on: &redis)
    #expect(try list.renew(held, on: &redis))
    try list.mustTrim(held, 2, on: &redis)
    #expect(try list.take(2, on: &redis) == .paused)
    #expect(try fixture.contents(on: &redis) == ["c"])
    #expect(try fixture.field("expires_ms", on: &redis) == "0", "the last owner keeps the list from the next one")
    _ = try ListControl(name: fixture.inbox).resume(on: &redis)
    var other = fixture.list("two")
    let next = try other.mustTake(2, on: &redis)
    #expect(next.texts == ["c"])
    #expect(next.claim.position == 2 && next.claim.attempts == 0, "a pause is nobody's death")
  }

  @Test func `a pause between the verdict of a claim and its messages leaves no lease and no attempt`() throws {
    let fixture = try Fixture()
    var redis = try fixture.connect()
    try fixture.push(["a"], on: &redis)
    var list = fixture.list("one")
    let first = try list.verdict(count: 1, on: &redis)
    _ = try ListControl(name: fixture.inbox).pause(on: &redis)
    guard case .moved = try list.peek(after: first, count: 1, on: &redis) else {
      Issue.record("messages of a paused list were handed out")
      return
    }
    #expect(try list.take(1, on: &redis) == .paused)
    _ = try ListControl(name: fixture.inbox).resume(on: &redis)
    var other = fixture.list("two")
    #expect(try other.mustTake(1, on: &redis).claim.attempts == 0)
    #expect(try list.take(1, on: &redis).isLeased)
  }

  @Test func `a pause outlives a restart of the server`() throws {
    let server = try RedisServer()
    let fixture = try Fixture(server)
    var redis = try fixture.connect()
    try fixture.push(["a"], on: &redis)
    _ = try ListControl(name: fixture.inbox).pause(on: &redis)
    try server.restart()
    redis = try fixture.connect()
    var list = fixture.list("one")
    #expect(try list.take(1, on: &redis) == .paused)
    _ = try ListControl(name: fixture.inbox).resume(on: &redis)
    #expect(try list.mustTake(1, on: &redis).texts == ["a"])
    server.stop()
  }

  @Test func `a full server can be paused and resumed`() throws {
    let server = try RedisServer(options: ["--maxmemory", "1mb"])
    let fixture = try Fixture(server)
    var redis = try fixture.connect()
    let control = ListControl(name: fixture.inbox)
    let text = RedisArgument.bytes([UInt8](repeating: 0x78, count: 2 << 20))
    _ = try? redis.command(["SET", "ballast", text])
    #expect(throws: RedisError.self, "the server is not full") { _ = try redis.command(["SET", "more", "x"]) }
    #expect(try control.pause(on: &redis))
    #expect(try control.state(on: &redis).pausedMs != nil)
    #expect(try control.resume(on: &redis))
    server.stop()
  }

  @Test func `a paused list of blocks is bounded in number and not in time`() throws {
    let fixture = try Fixture()
    var redis = try fixture.connect()
    let shard = fixture.keys.score(3)
    let blocks = BlockList(maxBlocks: 4, maxAgeMs: 0, maxBlocksPaused: 6)
    let push = { (redis: inout RedisConnection) in
      try blocks.push([.init(list: shard, blocks: [Array("PHB1block".utf8)])], on: &redis)[0]
    }
    // Since long ago, for a list that may wait for nothing.
    let old = Array("PHB1".utf8) + [UInt8](repeating: 0, count: 8) + Array("block".utf8)
    for _ in 0..<2 { _ = try redis.command(["LPUSH", .string(shard), .bytes(old)]) }
    guard case .full = try push(&redis) else {
      Issue.record("a list takes blocks although its oldest waits too long")
      return
    }
    _ = try ListControl(name: shard).pause(on: &redis)
    for length in 3...6 { #expect(try push(&redis) == .accepted(length: length)) }
    guard case .full = try push(&redis) else {
      Issue.record("a paused list has no bound")
      return
    }
    _ = try redis.command(["LTRIM", .string(shard), 0, 1])
    _ = try ListControl(name: shard).resume(on: &redis)
    guard case .full = try push(&redis) else {
      Issue.record("after the pause the bound in time is gone")
      return
    }
  }
}

/// What a drain waits for.
@Suite struct DrainMarkTests {
  private func state(_ length: Int64, _ position: Int64, incarnation: Int64 = 7) -> ListControl.State {
    .init(length: length, incarnation: incarnation, position: position, owner: nil, pausedMs: nil)
  }

  @Test func `what is pushed later is not waited for`() {
    var mark = DrainMark(state(10, 100))
    #expect(mark.total == 10 && mark.left == 10)
    mark.observe(state(40, 104))
    #expect(mark.left == 6)
    mark.observe(state(40, 110))
    #expect(mark.left == 0 && mark.total == 10 && mark.changes == 0)
  }

  @Test func `an empty list is drained, and an empty one to begin with, too`() {
    #expect(DrainMark(state(0, 5)).left == 0)
    var mark = DrainMark(state(3, 5))
    mark.observe(state(0, 5))
    #expect(mark.left == 0)
  }

  @Test func `the first claim of a list is no change by hand`() {
    var mark = DrainMark(state(3, 0, incarnation: 0))
    mark.observe(state(3, 0, incarnation: 9))
    #expect(mark.left == 3 && mark.changes == 0)
    mark.observe(state(5, 3, incarnation: 9))
    #expect(mark.left == 0)
  }

  @Test func `after a change by hand what stands in the list then is waited for, and that is said`() {
    var mark = DrainMark(state(10, 100))
    mark.observe(state(8, 0, incarnation: 8))
    #expect(mark.changes == 1 && mark.left == 8 && mark.total == 10)
    mark.observe(state(12, 0, incarnation: 9))
    #expect(mark.changes == 2 && mark.left == 12 && mark.total == 14)
    mark.observe(state(50, 12, incarnation: 9))
    #expect(mark.left == 0)
  }
}
