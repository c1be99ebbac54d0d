import ArgumentParser
import Lanes
import Queues
import RedisClient

/// `puhui drain LIST`.
struct DrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drain", abstract: "Wait until what stands in a list now has left it.",
    discussion: """
      What is pushed later is not waited for: elements are told apart by their positions. What has left an inbox waits \
      in the shards' lists; what has left those is committed.

      Examples:
        puhui drain in:meituan-bike --timeout 60
        puhui drain --all-inboxes --pause && puhui drain --all-shards   # everything booked, nothing taken up any more
      """)

  @OptionGroup var selection: ListSelection
  @Flag(help: "Pause each list once it is drained.") var pause = false
  @Option(help: ArgumentHelp("Give up after so many seconds, exit 1.", valueName: "s")) var timeout: Int64 = 3_600
  @Flag(help: "Say what would be waited for; wait for nothing.") var dryRun = false
  @Flag(help: "Answer as JSON.") var json = false
  @OptionGroup var servers: ServerOptions

  func validate() throws {
    guard (0...1_000_000).contains(timeout) else { throw ValidationError("--timeout is 0 to 1000000 seconds") }
  }

  func run() async throws {
    var redis = try servers.connectRedis()
    do {
      var drains: [Drain] = []
      for name in try selection.names(servers, &redis) {
        let list = ListControl(name: name)
        drains.append(Drain(list: list, mark: DrainMark(try list.state(on: &redis))))
      }
      if !dryRun { try wait(for: &drains, &redis) }
      Console.write(json ? text(json: drains) : drains.map { sentence($0) + "\n" }.joined())
    } catch let error as RedisError {
      throw CommandFailure(.unavailable, "Redis: \(error)")
    }
  }

  private struct Drain {
    let list: ListControl
    var mark: DrainMark
    var isDone = false
  }

  private func wait(for drains: inout [Drain], _ redis: inout RedisConnection) throws {
    var progress = Progress()
    let deadline = monotonicMilliseconds() + timeout * 1000
    while true {
      for index in drains.indices where !drains[index].isDone { try look(at: &drains[index], &redis) }
      guard let waiting = drains.first(where: { !$0.isDone }) else { break }
      guard monotonicMilliseconds() < deadline else {
        progress.clear()
        throw CommandFailure(
          .failure,
          "after \(timeout) s \(Amounts.count(waiting.mark.left)) elements have not left \(waiting.list.name); "
            + "does a worker run? `puhui status` tells")
      }
      let total = drains.reduce(0) { $0 + $1.mark.total }
      let left = drains.reduce(0) { $0 + $1.mark.left }
      progress.show(total - left, share: total > 0 ? Double(total - left) / Double(total) : nil)
      _ = StopSignal().wait(milliseconds: 50)
    }
    progress.clear()
  }

  private func look(at drain: inout Drain, _ redis: inout RedisConnection) throws {
    let state = try drain.list.state(on: &redis)
    drain.mark.observe(state)
    guard drain.mark.left > 0 else {
      // A worker may have taken up what came later; it finishes that.
      if pause, try drain.list.pause(on: &redis) { return }
      drain.isDone = !pause || state.owner == nil
      return
    }
    guard state.pausedMs == nil else {
      throw CommandFailure(
        .failure,
        "\(drain.list.name) is paused, so its \(Amounts.count(drain.mark.left)) elements stay: `puhui resume` it first")
    }
  }

  private func sentence(_ drain: Drain) -> String {
    let count = Amounts.count(drain.mark.total)
    guard !dryRun else {
      return "\(drain.list.name): would wait for \(count) elements" + (pause ? ", then pause it" : "")
    }
    var text = "\(drain.list.name): \(count) elements have left"
    if drain.mark.changes > 0 {
      text += "; it was changed by hand meanwhile (a new incarnation), so what it held then was waited for, too"
    }
    return text + (pause ? "; paused" : "")
  }

  private func text(json drains: [Drain]) -> String {
    JSON.array(
      drains.map { drain in
        .object([
          ("list", .string(drain.list.name)), ("elements", .integer(drain.mark.total)),
          ("left", .integer(drain.mark.left)), ("incarnation_changes", .integer(Int64(drain.mark.changes))),
          ("paused", .bool(pause && drain.isDone)),
        ])
      }
    ).text + "\n"
  }
}
