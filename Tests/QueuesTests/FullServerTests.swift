import Queues
import RedisClient
import TestServers
import Testing

@Suite struct `a full server` {
  /// A server at `maxmemory` whose inbox has two messages.
  private func fill(_ fixture: Fixture, on redis: inout RedisConnection) throws {
    try fixture.push(["a", "b"], on: &redis)
    _ = try redis.command(["CONFIG", "SET", "maxmemory", "1"])
  }

  @Test func `it refuses the textbook queue and the partner`() throws {
    let fixture = try Fixture(RedisServer())
    defer { fixture.server.stop() }
    var redis = try fixture.connect()
    try fill(fixture, on: &redis)
    do {
      _ = try redis.command(["LMOVE", .string(fixture.inbox), "processing", "RIGHT", "LEFT"])
      Issue.record("LMOVE works on a full server: the reason for leases is gone")
    } catch {
      guard case .server("OOM", _) = error else { throw error }
    }
    let pushed = try PartnerList(name: fixture.inbox).push([[1], [2]], perCommand: 1, on: &redis)
    #expect((pushed.accepted, pushed.lengths) == (0, []))
    guard case .server("OOM", _) = pushed.refusal else { throw TestFailure("no OOM: \(pushed)") }
    let broken = redis.isBroken
    #expect(!broken)
  }

  @Test func `it lets the fleet claim, push, tell, trim and so become empty, with scripts it never saw`() throws {
    let fixture = try Fixture(RedisServer())
    defer { fixture.server.stop() }
    var redis = try fixture.connect()
    try fill(fixture, on: &redis)
    var list = fixture.list("1")
    let first = try list.mustTake(2, on: &redis)
    #expect(first.texts == ["a", "b"])
    let push = BlockList.Push(list: fixture.keys.score(3), blocks: [Array("PHB1block".utf8)])
    #expect(try BlockList(maxBlocks: 4, maxAgeMs: 1_000).push([push], on: &redis) == [.accepted(length: 1)])
    #expect(try BoundedList(name: fixture.keys.rejected("meituan-bike")).push([[1]], on: &redis) == 1)
    #expect(try list.renew(first.claim, on: &redis))
    try list.mustTrim(first.claim, 2, on: &redis)
    #expect(try fixture.contents(on: &redis) == [])
    #expect(try list.take(1, on: &redis) == .empty)
  }
}
