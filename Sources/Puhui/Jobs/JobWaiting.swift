import Lanes
import Queues
import RedisClient

/// Waits for the reply of a job, and says what may be in its way.
struct JobWaiting {
  private static let firstPauseMs = 2
  private static let longestPauseMs = 20

  let id: String
  let keys: Keys
  /// Where the job was pushed, and what was pushed there; `nil` where that is not known.
  var list: String?
  var job: [UInt8] = []
  let seconds: Int

  /// Looks at the reply without taking it away: whoever else waits with `BRPOP` for the same id gets it, too, and this
  /// command can be repeated. That costs a look every 20 ms, and the right to `LRANGE`.
  func answer(_ redis: inout RedisConnection) throws -> JobAnswer {
    let deadline = monotonicMilliseconds() + Int64(seconds) * 1_000
    var pauseMs = Self.firstPauseMs
    do throws(RedisError) {
      while true {
        if let bytes = try look(&redis) { return JobAnswer(id: id, bytes: bytes) }
        let left = deadline - monotonicMilliseconds()
        guard left > 0, !Interruption.wait(milliseconds: min(pauseMs, Int(left))) else { break }
        pauseMs = min(pauseMs * 2, Self.longestPauseMs)
      }
    } catch {
      throw JobErrand.failure(error, "`puhui job reply \(id)` shows the reply once there is one")
    }
    throw CommandFailure(.failure, silence(&redis))
  }

  private func look(_ redis: inout RedisConnection) throws(RedisError) -> [UInt8]? {
    let reply = try redis.command(["LRANGE", .string(keys.reply(id)), 0, 0])
    return reply.count == 0 ? nil : Array(try reply.string(at: 0).utf8)
  }

  /// Nobody has answered: why that may be, and what to do.
  private func silence(_ redis: inout RedisConnection) -> String {
    let repeating = "`puhui job reply \(id) --wait 60` waits on"
    guard let list else {
      return "there is no reply to job \(id): not answered yet, never pushed, or answered more than 24 hours ago"
    }
    let waited = Interruption.isWanted ? "" : " within \(seconds) s"
    guard let state = try? ListControl(name: list).state(on: &redis) else {
      return "nobody answered\(waited); \(repeating)"
    }
    var reasons: [String] = []
    if let ahead = try? ahead(in: list, of: Int(state.length), &redis) {
      reasons.append(
        "it waits in \(list), \(ahead == 1 ? "1 job" : Amounts.count(Int64(ahead)) + " jobs") in front of it")
    } else {
      reasons.append("it was taken from \(list)")
    }
    if state.pausedMs != nil { reasons.append("the list is paused") }
    if let workers = try? WorkerRegistry.entries(keys: keys, on: &redis), !workers.contains(where: Self.doesJobs) {
      reasons.append("no rewards worker is known to run: start `puhui rewards` or `puhui all`")
    }
    return "nobody answered\(waited): \(reasons.joined(separator: "; ")). The job stays valid; \(repeating)"
  }

  /// How many jobs were pushed before this one and are still there; `nil` where it is not in the list.
  private func ahead(
    in list: String, of length: Int, _ redis: inout RedisConnection
  ) throws(RedisError) -> Int? {
    let reply = try redis.command(["LPOS", .string(list), .bytes(job)])
    guard reply.kind == .integer else { return nil }
    return max(0, length - 1 - Int(try reply.integer()))
  }

  /// A worker's line begins with its roles.
  private static func doesJobs(_ worker: WorkerRegistry.Entry) -> Bool {
    let roles = worker.description.prefix { $0 != " " }.split(separator: ",")
    return roles.contains("rewards")
  }
}
