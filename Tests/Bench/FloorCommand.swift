import ArgumentParser
import CarbonInclusion
import CatalogueFile
import Dispatch
import Feeding
import Ledger
import PostgresClient

/// What the database alone takes: the rows that the fleet would write, in the same transactions, from memory.
///
/// No Redis, no JSON, no rules and no reading while the clock runs: the messages are judged beforehand. The database
/// has the schema and a catalogue, and nothing booked.
struct FloorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "floor", abstract: "Measure what writing the ledger's rows takes, without a fleet.",
    discussion: "Example: BenchCommand floor --postgres \"$PUHUI_POSTGRES_URL\" --count 500000 --connections 3")

  @Option(help: "A database with the schema and a catalogue, and nothing booked.") var postgres: String
  @Option(help: "How many messages.") var count = 500_000
  @Option(help: "How many messages a transaction.") var batch = 5_000
  @Option(help: "How many connections write.") var connections = 2
  @Option(help: "Decides everything of the traffic, as for puhui simulate.") var seed: UInt64 = 1

  func run() throws {
    var connection = try PostgresConnection(url: postgres, applicationName: "floor", statementTimeoutMs: 120_000)
    let version = try CatalogueStore.newestVersion(&connection)
    guard version > 0 else { throw ValidationError("the database has no catalogue: puhui catalogue apply FILE") }
    guard try connection.query("SELECT NOT EXISTS (SELECT FROM puhui.entry)").bool(0, 0) else {
      throw ValidationError("something is booked already: give a database with nothing but the schema and a catalogue")
    }
    let stored = try CatalogueStore.load(version: version, &connection)
    let catalogue = try CatalogueFile.read(text: stored.yaml, fileName: "the catalogue")
    let policy = Policy(version: version, catalogue: catalogue, numbers: stored.numbers)
    let now = Instant(microseconds: try connection.query("SELECT now()").timestamp(0, 0))
    let batches = PreparedBatch.prepare(
      try .source(seed: seed, messages: count), count: count, size: batch, policy: policy, now: now)

    let start = ContinuousClock.now
    try write(batches)
    let seconds = start.duration(to: .now) / .seconds(1)
    let messages = batches.reduce(0) { $0 + $1.scoring.messages }
    print(
      """
      {"connections":\(connections),"messages":\(messages),"transactions":\(batches.count),"seconds":\(seconds),\
      "activities_per_second":\(Double(messages) / seconds)}
      """)
  }

  /// Each connection has shards of its own and writes their batches in order, the shards by turns.
  private func write(_ batches: [PreparedBatch]) throws {
    let lanes = (0..<connections).map { lane in batches.filter { Int($0.shard) % connections == lane } }
    let failures = Failures()
    DispatchQueue.concurrentPerform(iterations: connections) { lane in
      failures.catching { try Self.write(lanes[lane], url: postgres) }
    }
    try failures.rethrow()
  }

  private static func write(_ batches: [PreparedBatch], url: String) throws {
    let connection = try PostgresConnection(url: url, applicationName: "floor", statementTimeoutMs: 120_000)
    let books = try ShardBooks(connection: connection, owner: "floor")
    var epochs: [Int16: Int64] = [:]
    for batch in batches {
      let epoch = try epochs[batch.shard] ?? books.takeOver(shard: batch.shard)
      epochs[batch.shard] = epoch
      _ = try books.open([ShardEpoch(shard: batch.shard, epoch: epoch)])
      try books.book([batch.booking])
      try books.commit()
    }
  }
}
