import ArgumentParser
import CarbonInclusion
import Ledger
import Messages
import PostgresClient
import Queues
import RedisClient
import Workers

/// Which lists a controlling command is about.
struct ListSelection: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "in:PARTNER, score:SHARD, jobs:ADMINISTRATOR, fulfilled:PARTNER, or the whole key.", valueName: "list"))
  var lists: [String] = []

  @Flag(help: "The inboxes of all partners.") var allInboxes = false
  @Flag(help: "The lists of all shards.") var allShards = false

  func validate() throws {
    guard !lists.isEmpty || allInboxes || allShards else {
      throw ValidationError("name a list, such as in:meituan-bike or score:07, or use --all-inboxes or --all-shards")
    }
  }

  /// The keys of the lists, each once.
  func names(_ servers: ServerOptions, _ redis: inout RedisConnection) throws -> [String] {
    let keys = Keys(prefix: try servers.prefix())
    let inboxes = try Self.partners(keys, servers, &redis).map(keys.inbox)
    let shards = (0..<ShardMap.count).map(keys.score)
    var names = (allInboxes ? inboxes : []) + (allShards ? shards : [])
    let wanted = lists.map { $0.hasPrefix(keys.prefix) ? $0 : keys.prefix + $0 }
    let isAboutJobs = wanted.contains { !inboxes.contains($0) && !shards.contains($0) }
    let known = inboxes + shards + (isAboutJobs ? try Self.jobLists(keys, servers) : [])
    for (list, name) in zip(lists, wanted) {
      guard known.contains(name) else {
        let short = known.map { String($0.dropFirst(keys.prefix.count)) }
        throw CommandFailure(
          .failure,
          "there is no list \"\(list)\" that workers read"
            + Suggestion.tail(for: String(name.dropFirst(keys.prefix.count)), among: short))
      }
      if !names.contains(name) { names.append(name) }
    }
    return names
  }

  private static func jobLists(_ keys: Keys, _ servers: ServerOptions) throws -> [String] {
    var postgres = try servers.connectPostgres()
    let catalogue = try Catalogue.current(&postgres)
    return catalogue.administrators.map(keys.jobs) + catalogue.deliverers.map(\.code).map(keys.fulfilled)
  }

  /// As the running fleet knows them; from the ledger where no scoring worker has told yet.
  private static func partners(
    _ keys: Keys, _ servers: ServerOptions, _ redis: inout RedisConnection
  ) throws -> [String] {
    if let text = try KeptText.get(keys.directory, on: &redis), let directory = Directory(text: text) {
      return directory.partners
    }
    var postgres = try servers.connectPostgres()
    return try SequenceReader.partners(&postgres)
  }
}
