import Queues
import RedisClient

/// What a server answers: any bytes, to every command that the fleet sends.
///
/// The first byte says which commands come first. The answers end where the input ends, so nothing waits.
enum RepliesHarness {
  @Sendable static func run(_ bytes: [UInt8]) throws {
    guard let first = bytes.first, !declaresHugeArray(bytes) else { return }
    try FakeServer.shared.withConnection(answering: Array(bytes.dropFirst())) { connection in
      for step in 0..<6 where !connection.isBroken {
        do throws(RedisError) {
          try call((Int(first) + step) % 6, on: &connection)
        } catch {
          try promise(!error.description.isEmpty, "failed without a word")
        }
      }
    }
  }

  /// hiredis 0.14 makes room for as many elements as a reply announces, up to 2^31: gigabytes and seconds, which only
  /// a server that we trust with all messages can cost us. The fuzzer would find nothing else.
  private static func declaresHugeArray(_ bytes: [UInt8]) -> Bool {
    bytes.split(separator: UInt8(ascii: "*")).dropFirst(bytes.first == UInt8(ascii: "*") ? 0 : 1).contains { rest in
      rest.prefix { $0 != UInt8(ascii: "\r") }.count > 5
    }
  }

  private static let keys = Keys(prefix: "fuzz:")

  private static func call(_ number: Int, on connection: inout RedisConnection) throws(RedisError) {
    switch number {
    case 0: try consume(&connection)
    case 1: try push(&connection)
    case 2: try count(&connection)
    case 3: try register(&connection)
    case 4: try tell(&connection)
    default: try copy(&connection)
    }
  }

  private static func consume(_ connection: inout RedisConnection) throws(RedisError) {
    var list = LeasedList(name: keys.inbox("p"), owner: "host:1:1:lane", leaseMs: 1_000)
    guard case .owned(let claim, let messages) = try list.claim(count: 8, on: &connection) else { return }
    var bytes = 0
    messages.forEachBytes { _, message in bytes += message.byteCount }
    guard try list.renew(claim, on: &connection) else { return }
    let half = max(1, claim.count / 2)
    guard case .trimmed(let rest) = try list.trim(claim, count: half, release: false, on: &connection) else { return }
    if rest.count > 0 { _ = try list.trim(rest, count: rest.count, release: false, on: &connection) }
    // The list seems to be ours: this claim comes with the messages.
    if case .owned(let next, _) = try list.claim(count: 8, takingOverFrom: "host:2:2:lane", on: &connection) {
      _ = try list.release(next, on: &connection)
    }
  }

  private static func push(_ connection: inout RedisConnection) throws(RedisError) {
    let pushes = (0..<3).map { BlockList.Push(list: keys.score($0), blocks: [Array("PHB1rest".utf8)]) }
    _ = try BlockList(maxBlocks: 4, maxAgeMs: 50).push(pushes, on: &connection)
    _ = try PartnerList(name: keys.inbox("p")).push([[1], [2], [3]], perCommand: 2, on: &connection)
  }

  private static func count(_ connection: inout RedisConnection) throws(RedisError) {
    let names = (0..<3).map(keys.score)
    _ = try Backlog.anyNonEmpty(names, on: &connection)
    _ = try Backlog.lengths(of: names, on: &connection)
  }

  private static func register(_ connection: inout RedisConnection) throws(RedisError) {
    _ = try WorkerRegistry.entries(keys: keys, on: &connection)
    try WorkerRegistry.beat(id: "w", description: "d", forgetMs: 1_000, keys: keys, on: &connection)
    try WorkerRegistry.leave(id: "w", keys: keys, on: &connection)
  }

  private static func tell(_ connection: inout RedisConnection) throws(RedisError) {
    _ = try KeptText.get(keys.directory, on: &connection)
    try KeptText.set("1 p", at: keys.directory, on: &connection)
    try BoundedList(name: keys.rejected("p")).push([[1], [2]], on: &connection)
    try BoundedList(name: keys.rejected("p")).push([], on: &connection)
    try WakeCall.wait(at: keys.wake, milliseconds: 1, on: &connection)
    try WakeCall.send(to: keys.wake, on: &connection)
  }

  private static func copy(_ connection: inout RedisConnection) throws(RedisError) {
    _ = try connection.command(["PING"]).value
    _ = try connection.serverRunId()
    let reply = try connection.command(["LRANGE", "list", 0, -1])
    var bytes = 0
    reply.forEachBytes { bytes += $0.byteCount }
    _ = (reply.string, reply.bytes, reply.value.text, try? reply.integer())
  }
}
