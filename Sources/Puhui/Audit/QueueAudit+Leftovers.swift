import Ledger
import Queues
import RedisClient

/// I8: what Redis holds after a drain.
extension QueueAudit {
  func findLeftovers(_ result: inout AuditResult, _ redis: inout RedisConnection) throws(RedisError) {
    guard isDrained else {
      result.notJudged = "holds only when nothing is waiting: use --drained then"
      return
    }
    var cursor = "0"
    var seen: Set<String> = []
    // In steps, so that a server with millions of keys is not held up.
    repeat {
      let reply = try redis.command(
        ["SCAN", .string(cursor), "MATCH", .string(keys.prefix + "*"), "COUNT", 1000])
      guard case .array(let parts) = reply.value, parts.count == 2, case .array(let found) = parts[1] else {
        throw .protocolViolation("SCAN answers with a cursor and keys")
      }
      // A name may come twice, and is told once; more than so many strange ones are not remembered.
      for name in found.compactMap(\.text) where !seen.contains(name) {
        guard let finding = try leftover(name, &redis) else { continue }
        if seen.count < 10_000 { seen.insert(name) }
        add(finding, to: &result)
      }
      cursor = parts[0].text ?? "0"
    } while cursor != "0"
  }

  private func leftover(_ key: String, _ redis: inout RedisConnection) throws(RedisError) -> AuditFinding? {
    guard ![keys.directory, keys.workers, keys.wake, keys.watermark].contains(key) else { return nil }
    let name = key.dropFirst(keys.prefix.count)
    // What others read: replies expire, and what is to be fulfilled waits for its partner.
    if name.hasPrefix("reply:") || name.hasPrefix("fulfil:") { return nil }
    if name.hasPrefix("rejected:") {
      let (length, limit) = (try length(of: key, &redis), BoundedList(name: key).limit)
      return length <= limit
        ? nil : AuditFinding(place: key, expected: "at most \(limit) elements", found: "\(length) elements")
    }
    if ["in:", "score:", "jobs:", "fulfilled:"].contains(where: { name.hasPrefix($0) }) {
      let length = try length(of: key, &redis)
      return length == 0 ? nil : AuditFinding(place: key, expected: "an empty list", found: "\(length) elements")
    }
    return AuditFinding(place: key, expected: "no key of this name", found: "it is there")
  }

  private func length(of list: String, _ redis: inout RedisConnection) throws(RedisError) -> Int {
    try Backlog.lengths(of: [list], on: &redis)[0]
  }
}
