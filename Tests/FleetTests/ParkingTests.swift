import CarbonInclusion
import Lanes
import Logging
import Messages
import Queues
import RedisClient
import TestServers
import Testing

@testable import Puhui
@testable import Workers

/// One shard that takes nothing more holds up those partners that have something for it, and nobody else.
@Suite struct ParkingTests {
  private let keys = Keys(prefix: "test-\(UInt32.random(in: 0 ... .max)):")
  private let stop = StopSignal()
  private static let shard = 3

  private func connect() throws -> RedisConnection { try .open(RedisURL(RedisServer.shared.get().url)) }

  private func lane(messagesPerTurn: Int = 4_096) throws -> IngestLane<RedisInboxes> {
    var settings = IngestLane<RedisInboxes>.Settings()
    (settings.patienceMs, settings.parkedMs, settings.fullWaitMs, settings.idleWaitMs) = (20, 0, 0, 1)
    settings.messagesPerTurn = messagesPerTurn
    var fleet = FleetSettings()
    (fleet.blockAgeMs, fleet.floodAgeMs, fleet.urgentAgeMs) = (0, 0, .max >> 12)
    fleet.blocksPerPausedList = fleet.blocksPerList
    let keys = keys
    return IngestLane(
      settings: settings, clock: SystemLaneClock(stop: stop), idle: IdlePost(), report: LaneReport(),
      pulse: LanePulse(lane: "test"), logger: Logger(label: "test")
    ) {
      RedisInboxes(
        connection: try .open(RedisURL(RedisServer.shared.get().url)), keys: keys, owner: "host:1:1:ingest",
        fleet: fleet)
    }
  }

  /// Messages of residents who are in the shard, or of some who are not.
  private func messages(_ count: Int, inShard: Bool, _ name: String) -> [[UInt8]] {
    (0..<100_000).lazy.map { "\(name)-\($0)" }
      .filter { (ShardMap.shard(ofResident: $0) == Self.shard) == inShard }.prefix(count)
      .map {
        Array(
          #"{"id":"\#($0)","resident":"\#($0)","behaviour":"walking","ended_at":"2022-11-29T08:00:00Z"}"#.utf8)
      }
  }

  private func push(_ messages: [[UInt8]], _ partner: String, _ redis: inout RedisConnection) throws {
    _ = try PartnerList(name: keys.inbox(partner)).push(messages, on: &redis)
  }

  private func length(_ partner: String, _ redis: inout RedisConnection) throws -> Int64 {
    try redis.command(["LLEN", .string(keys.inbox(partner))]).integer()
  }

  private func owner(_ partner: String, _ redis: inout RedisConnection) throws -> String? {
    try ListControl(name: keys.inbox(partner)).state(on: &redis).owner
  }

  /// A paused shard whose list is full.
  private func blockShard(_ redis: inout RedisConnection) throws {
    _ = try ListControl(name: keys.score(Self.shard)).pause(on: &redis)
    for _ in 0..<FleetSettings().blocksPerList {
      _ = try redis.command(["LPUSH", .string(keys.score(Self.shard)), "PHB1somebody else's block"])
    }
  }

  @Test func `turns that wait for a paused shard are parked, and the other partners go on`() throws {
    var redis = try connect()
    try KeptText.set("1 stuck free late", at: keys.directory, on: &redis)
    try blockShard(&redis)
    let lane = try lane()
    try push(messages(3, inShard: true, "s") + messages(5, inShard: false, "s"), "stuck", &redis)
    try push(messages(1, inShard: true, "l"), "late", &redis)
    for round in 1...10 {
      try push(messages(4, inShard: false, "f\(round)"), "free", &redis)
      lane.step()
      #expect(try length("free", &redis) == 0, "round \(round): a partner waits for a shard that it has nothing for")
    }
    #expect(try length("stuck", &redis) == 8 && length("late", &redis) == 1, "left the inbox before it was safe")
    #expect(try owner("stuck", &redis) != nil && owner("late", &redis) != nil, "a parked turn lost its lease")
    #expect(lane.parked.keys.sorted() == ["late", "stuck"])

    _ = try redis.command(["DEL", .string(keys.score(Self.shard))])
    lane.step()
    lane.step()
    #expect(lane.parked.isEmpty)
    #expect(try length("stuck", &redis) == 0 && length("late", &redis) == 0)
    let blocks = try redis.command(["LRANGE", .string(keys.score(Self.shard)), 0, -1])
    var ids: [String] = []
    blocks.forEachBytes { bytes in
      for entry in (try? Block.decode(bytes))?.entries ?? [] {
        if case .activity(let activity, _) = entry.content { ids.append(activity.id) }
      }
    }
    #expect(Set(ids).count == 4 && ids.count == 4, "\(ids)")
  }

  @Test func `a message of a quiet partner passes what a flood has to wait for`() throws {
    var redis = try connect()
    try KeptText.set("1 flood quiet", at: keys.directory, on: &redis)
    // Two blocks that wait for long.
    for _ in 0..<2 {
      _ = try redis.command(["LPUSH", .string(keys.score(Self.shard)), "PHB1\0\0\0\0\0\0\0\0somebody else's block"])
    }
    let lane = try lane(messagesPerTurn: 4)
    try push(messages(9, inShard: true, "f"), "flood", &redis)
    for round in 1...5 {
      try push(messages(1, inShard: true, "q\(round)"), "quiet", &redis)
      lane.step()
      #expect(try length("quiet", &redis) == 0, "round \(round): a single message waits behind a flood")
    }
    #expect(try length("flood", &redis) == 9, "the flood went on while the oldest block waited too long")
    #expect(lane.parked.keys.sorted() == ["flood"])
    _ = try redis.command(["DEL", .string(keys.score(Self.shard))])
    for _ in 1...100 where try length("flood", &redis) > 0 {
      lane.step()
      _ = try redis.command(["DEL", .string(keys.score(Self.shard))])
    }
    #expect(try length("flood", &redis) == 0)
  }

  @Test func `a lane that stops hands its parked turns back`() throws {
    var redis = try connect()
    try KeptText.set("1 stuck", at: keys.directory, on: &redis)
    try blockShard(&redis)
    let lane = try lane()
    try push(messages(2, inShard: true, "s"), "stuck", &redis)
    lane.step()
    #expect(lane.parked.count == 1)
    #expect(try owner("stuck", &redis) != nil)
    stop.stop()
    lane.run()
    #expect(try owner("stuck", &redis) == nil)
    #expect(try length("stuck", &redis) == 2)
  }
}
