import Queues
import RedisClient
import Testing

@Suite struct `a lease` {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  @Test func `messages come oldest first and are counted on`() throws {
    var redis = try fixture.connect()
    try fixture.push(["a", "b", "c", "d"], on: &redis)
    var list = fixture.list("1")

    let first = try list.mustTake(3, on: &redis)
    #expect(first.texts == ["a", "b", "c"])
    #expect((first.claim.position, first.claim.length, first.claim.count, first.claim.attempts) == (0, 4, 3, 0))
    let rest = try list.mustTrim(first.claim, 2, on: &redis)
    #expect((rest.position, rest.count, rest.length) == (2, 1, 2))
    try list.mustTrim(rest, 1, on: &redis)

    let second = try list.mustTake(3, on: &redis)
    #expect(second.texts == ["d"])
    #expect(second.claim.position == 3)
    #expect(second.claim.incarnation == first.claim.incarnation)
  }

  @Test func `an empty list gets no lease`() throws {
    var redis = try fixture.connect()
    var list = fixture.list("1")
    #expect(try list.take(10, on: &redis) == .empty)
    #expect(try redis.command(["EXISTS", .string(fixture.lease)]).integer() == 0)
  }

  @Test func `a list trimmed empty is given back and counts on with the next message`() throws {
    var redis = try fixture.connect()
    var (list, other) = (fixture.list("1"), fixture.list("2"))
    try fixture.push(["a"], on: &redis)
    let first = try list.mustTake(1, on: &redis)
    try list.mustTrim(first.claim, 1, on: &redis)
    #expect(try list.take(1, on: &redis) == .empty)

    try fixture.push(["b"], on: &redis)
    let second = try other.mustTake(1, on: &redis)
    #expect(second.claim.incarnation == first.claim.incarnation)
    #expect((second.claim.position, second.claim.attempts) == (1, 0))
  }

  @Test func `the record of a lease tells whether its owner has messages in hand, however many`() throws {
    var redis = try fixture.connect()
    var list = fixture.list("1")
    try fixture.push(["a", "b", "c"], on: &redis)
    let name = list.name
    func record() throws -> LeaseRecord { try LeaseRecord.read([name], on: &redis)[0] }
    #expect(try !record().isWorking && record().owner == nil)
    let taken = try list.mustTake(3, on: &redis)
    #expect(try record().isWorking && record().owner == list.owner)
    try list.mustTrim(taken.claim, 2, release: true, on: &redis)
    #expect(try !record().isWorking && record().length == 1)
  }

  @Test func `a contender is told how long the lease lasts and whose it is`() throws {
    var redis = try fixture.connect()
    var (list, other) = (fixture.list("1"), fixture.list("2"))
    try fixture.push(["a"], on: &redis)
    _ = try list.mustTake(1, on: &redis)
    guard case .leased(let expiresInMs, let owner) = try other.take(1, on: &redis) else {
      throw TestFailure("a leased list was given away")
    }
    #expect((30_000...60_000).contains(expiresInMs))
    #expect(owner == list.owner)
  }

  @Test func `a new owner raises the epoch, the same owner keeps it`() throws {
    var redis = try fixture.connect()
    var (list, other) = (fixture.list("1"), fixture.list("2"))
    try fixture.push(["a", "b"], on: &redis)
    let first = try list.mustTake(1, on: &redis).claim
    #expect(try list.mustTake(1, on: &redis).claim.epoch == first.epoch)
    try list.release(first, on: &redis)
    #expect(try list.mustTake(1, on: &redis).claim.epoch == first.epoch)
    try list.mustTrim(first, 1, release: true, on: &redis)
    #expect(try other.mustTake(1, on: &redis).claim.epoch == first.epoch + 1)
  }

  @Test func `a lease ends by the server's clock, and its zombie can neither trim, renew nor release`() throws {
    var redis = try fixture.connect()
    var (zombie, other) = (fixture.list("1", leaseMs: 20), fixture.list("2"))
    try fixture.push(["a", "b"], on: &redis)
    let stale = try zombie.mustTake(1, on: &redis).claim
    try fixture.waitForExpiry(on: &redis)
    let claim = try other.mustTake(1, on: &redis).claim

    #expect(try zombie.trim(stale, count: 1, release: false, on: &redis) == .lost)
    #expect(try !zombie.renew(stale, on: &redis))
    #expect(try !zombie.release(stale, on: &redis))
    #expect(try zombie.take(1, on: &redis).isLeased)
    #expect(try fixture.contents(on: &redis) == ["a", "b"])
    try other.mustTrim(claim, 1, on: &redis)
    #expect(try fixture.contents(on: &redis) == ["b"])
  }

  @Test func `an owner whose lease ran out may go on as long as nobody took over`() throws {
    var redis = try fixture.connect()
    var list = fixture.list("1", leaseMs: 20)
    try fixture.push(["a", "b"], on: &redis)
    let claim = try list.mustTake(1, on: &redis).claim
    try fixture.waitForExpiry(on: &redis)
    #expect(try list.renew(claim, on: &redis))
    try list.mustTrim(claim, 1, on: &redis)
  }

  @Test func `a renewed lease lasts from then on`() throws {
    var redis = try fixture.connect()
    var list = fixture.list("1", leaseMs: 20)
    try fixture.push(["a"], on: &redis)
    let claim = try list.mustTake(1, on: &redis).claim
    try fixture.waitForExpiry(on: &redis)
    #expect(try list.renew(claim, on: &redis))
    let expiry = try #require(try fixture.field("expires_ms", on: &redis).flatMap { Int64($0) })
    #expect(expiry > claim.serverTimeMs + 20)
  }

  @Test func `a claim given back is void`() throws {
    var redis = try fixture.connect()
    var list = fixture.list("1")
    try fixture.push(["a"], on: &redis)
    let claim = try list.mustTake(1, on: &redis).claim
    #expect(try list.release(claim, on: &redis))
    #expect(try list.trim(claim, count: 1, release: false, on: &redis) == .lost)
    #expect(try !list.renew(claim, on: &redis))
  }

  @Test func `an expiry further off than one lease is cut to one lease`() throws {
    var redis = try fixture.connect()
    var (list, other) = (fixture.list("1", leaseMs: 50), fixture.list("2"))
    try fixture.push(["a"], on: &redis)
    let claim = try list.mustTake(1, on: &redis).claim
    // The server's clock stepped back by an hour.
    let far = claim.serverTimeMs + 3_600_000
    _ = try redis.command(["HSET", .string(fixture.lease), "expires_ms", .integer(far)])

    guard case .leased(let expiresInMs, _) = try other.take(1, on: &redis) else {
      throw TestFailure("a leased list was given away")
    }
    #expect(expiresInMs <= 50)
    try fixture.waitForExpiry(on: &redis)
    #expect(try other.mustTake(1, on: &redis).claim.epoch == claim.epoch + 1)
  }

  @Test func `an owner known to be gone need not be waited for`() throws {
    var redis = try fixture.connect()
    var (list, other) = (fixture.list("1"), fixture.list("2"))
    try fixture.push(["a"], on: &redis)
    _ = try list.mustTake(1, on: &redis)
    #expect(try other.take(1, takingOverFrom: "host:1:1:3", on: &redis).isLeased)
    guard case .owned(let claim, _) = try other.take(1, takingOverFrom: list.owner, on: &redis) else {
      throw TestFailure("the lease of an owner that is gone was waited for")
    }
    #expect(claim.attempts == 1)
  }

  @Test func `a trim whose answer was lost is found done by the next claim`() throws {
    var redis = try fixture.connect()
    var list = fixture.list("1")
    try fixture.push(["a", "b"], on: &redis)
    let claim = try list.mustTake(1, on: &redis).claim
    try list.mustTrim(claim, 1, on: &redis)
    #expect(try list.trim(claim, count: 1, release: false, on: &redis) == .lost)
    #expect(try fixture.contents(on: &redis) == ["b"])
    #expect(try list.mustTake(1, on: &redis).claim.position == claim.position + 1)
  }

  @Test func `a claim is void after another owner's turn, even for an owner that has the list again`() throws {
    var redis = try fixture.connect()
    var (list, other) = (fixture.list("1", leaseMs: 20), fixture.list("2"))
    try fixture.push(["a", "b"], on: &redis)
    let stale = try list.mustTake(1, on: &redis).claim
    try fixture.waitForExpiry(on: &redis)
    try other.release(other.mustTake(1, on: &redis).claim, on: &redis)
    let claim = try list.mustTake(1, on: &redis).claim
    #expect(claim.epoch == stale.epoch + 2)
    #expect(try list.trim(stale, count: 1, release: false, on: &redis) == .lost)
    try list.mustTrim(claim, 1, on: &redis)
  }

  @Test func `a claim is its owner's alone`() throws {
    var redis = try fixture.connect()
    var (list, other) = (fixture.list("1"), fixture.list("2"))
    try fixture.push(["a"], on: &redis)
    let claim = try list.mustTake(1, on: &redis).claim
    #expect(try other.trim(claim, count: 1, release: false, on: &redis) == .lost)
  }

  @Test func `a lease that names an impossible position is an error that says so`() throws {
    var redis = try fixture.connect()
    var list = fixture.list("1")
    try fixture.push(["a"], on: &redis)
    try list.release(list.mustTake(1, on: &redis).claim, on: &redis)
    for position in ["9223372036854775807", "-1"] {
      _ = try redis.command(["HSET", .string(fixture.lease), "position", .string(position)])
      do throws(RedisError) {
        _ = try list.claim(count: 1, on: &redis)
        Issue.record("position \(position) was believed")
      } catch {
        guard case .protocolViolation(let text) = error else { throw error }
        #expect(text.contains("impossible position"), "\(text)")
      }
    }
  }
}
