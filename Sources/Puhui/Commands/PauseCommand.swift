import ArgumentParser
import Queues
import RedisClient

/// `puhui pause LIST`.
struct PauseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Let nobody work on a list for now.",
    discussion: """
      What a worker has in hand is finished; everything else stays in the list, in order, until `puhui resume`. A \
      pause outlives workers and restarts of Redis. Partners go on pushing. While a shard is paused its list takes up \
      to 4,096 blocks; then turns of inboxes that hold something for it wait, and only these.

      Examples:
        puhui pause in:meituan-bike
        puhui pause score:07 score:08 --dry-run
        puhui pause --all-inboxes                   # before maintenance; then `puhui drain --all-shards`
      """)

  @OptionGroup var selection: ListSelection
  @Flag(help: "Say what would be done; do nothing.") var dryRun = false
  @Flag(help: "Answer as JSON.") var json = false
  @OptionGroup var servers: ServerOptions

  func run() async throws {
    let changes = try ListChange.apply(selection, servers, isDryRun: dryRun) { list, redis throws(RedisError) in
      try list.pause(on: &redis)
    } isAlready: {
      $0.pausedMs != nil
    }
    Console.write(
      json
        ? ListChange.json(changes, isPaused: true, isDryRun: dryRun)
        : ListChange.text(changes) { change in
          guard !change.isAlready else { return "was paused already" }
          let done = dryRun ? "would be paused" : "paused"
          return change.state.owner == nil ? done : done + "; its worker finishes what it has in hand"
        })
  }
}

/// `puhui resume LIST`.
struct ResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Let workers go on with a paused list.",
    discussion: "Examples: puhui resume in:meituan-bike; puhui resume --all-inboxes --all-shards")

  @OptionGroup var selection: ListSelection
  @Flag(help: "Say what would be done; do nothing.") var dryRun = false
  @Flag(help: "Answer as JSON.") var json = false
  @OptionGroup var servers: ServerOptions

  func run() async throws {
    let wake = Keys(prefix: try servers.prefix()).wake
    let changes = try ListChange.apply(selection, servers, isDryRun: dryRun) { list, redis throws(RedisError) in
      let isChanged = try list.resume(on: &redis)
      try WakeCall.send(to: wake, on: &redis)
      return isChanged
    } isAlready: {
      $0.pausedMs == nil
    }
    Console.write(
      json
        ? ListChange.json(changes, isPaused: false, isDryRun: dryRun)
        : ListChange.text(changes) { change in
          change.isAlready ? "was not paused" : dryRun ? "would be resumed" : "resumed"
        })
  }
}

/// What a controlling command did to one list.
struct ListChange {
  var name: String
  /// Before the command.
  var state: ListControl.State
  var isAlready: Bool

  static func apply(
    _ selection: ListSelection, _ servers: ServerOptions, isDryRun: Bool,
    _ change: (ListControl, inout RedisConnection) throws(RedisError) -> Bool,
    isAlready: (ListControl.State) -> Bool
  ) throws -> [ListChange] {
    var redis = try servers.connectRedis()
    do {
      return try selection.names(servers, &redis).map { name in
        let list = ListControl(name: name)
        let state = try list.state(on: &redis)
        let isDone = isDryRun ? isAlready(state) : try !change(list, &redis)
        return ListChange(name: name, state: state, isAlready: isDone)
      }
    } catch let error as RedisError {
      throw CommandFailure(.unavailable, "Redis: \(error)")
    }
  }

  static func text(_ changes: [ListChange], _ sentence: (ListChange) -> String) -> String {
    changes.map { "\($0.name): \(sentence($0)); \(Amounts.count($0.state.length)) elements wait\n" }.joined()
  }

  static func json(_ changes: [ListChange], isPaused: Bool, isDryRun: Bool) -> String {
    JSON.array(
      changes.map { change in
        .object([
          ("list", .string(change.name)), ("paused", .bool(isDryRun ? change.state.pausedMs != nil : isPaused)),
          ("changed", .bool(!change.isAlready && !isDryRun)), ("length", .integer(change.state.length)),
          ("owner", .optional(change.state.owner)),
        ])
      }
    ).text + "\n"
  }
}
