import CarbonInclusion
import Queues
import RedisClient

/// Pushes one job, and waits for its reply.
struct JobErrand {
  let id: String
  /// The id was made just now: nothing can have been answered under it.
  let isFirst: Bool
  let bytes: [UInt8]
  let speaker: Job.Speaker
  let options: JobOptions

  /// - Returns: `nil` where there was nothing to wait for.
  func run() throws -> JobAnswer? {
    let keys = Keys(prefix: try options.servers.prefix())
    let list = PartnerList(name: Self.list(of: speaker, keys))
    guard !options.dryRun else {
      let line = RedisLine(url: try options.servers.redisURL())
      Console.print(String(decoding: bytes, as: UTF8.self))
      guard !options.json else { return nil }
      Console.print(line.text(["LPUSH", list.name, String(decoding: bytes, as: UTF8.self)]))
      Console.print(line.text(["BRPOP", keys.reply(id), "\(max(options.wait, 1))"]))
      return nil
    }
    Interruption.watch()
    var redis = try options.servers.connectRedis()
    if isFirst { Console.error("puhui: this is job \(id); --id \(id) asks the same again") }
    do throws(RedisError) {
      try push(to: list, keys, &redis)
    } catch {
      throw Self.failure(error, "whether the job was pushed is not known; with --id \(id) it is safe to repeat")
    }
    guard options.wait > 0 else {
      Console.print("pushed to \(list.name); `puhui job reply \(id)` shows the reply")
      return nil
    }
    let waiting = JobWaiting(id: id, keys: keys, list: list.name, job: bytes, seconds: options.wait)
    return try waiting.answer(&redis)
  }

  private func push(to list: PartnerList, _ keys: Keys, _ redis: inout RedisConnection) throws(RedisError) {
    // What was answered under this id before would be taken for this job's reply. It is not lost: the fleet remembers
    // its answers, and gives the same one again.
    if !isFirst { _ = try redis.command(["DEL", .string(keys.reply(id))]) }
    if let refusal = try list.push([bytes], on: &redis).refusal { throw refusal }
  }

  static func list(of speaker: Job.Speaker, _ keys: Keys) -> String {
    switch speaker {
    case .administrator(let code): keys.jobs(code)
    case .partner(let code): keys.fulfilled(code)
    }
  }

  static func failure(_ error: RedisError, _ consequence: String) -> CommandFailure {
    switch error {
    case .server("NOPERM", _), .server("NOAUTH", _), .server("WRONGPASS", _):
      CommandFailure(.configuration, "\(error); \(consequence)")
    case .server: CommandFailure(.failure, "\(error); \(consequence)")
    default: CommandFailure(.unavailable, "\(error); \(consequence)")
    }
  }
}
