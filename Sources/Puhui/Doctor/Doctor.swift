import CarbonInclusion
import CatalogueFile
import Lanes
import Ledger
import Messages
import PostgresClient
import Queues
import RedisClient
import Workers

/// Gathers what there is to know of the two servers and the fleet, and judges it. A server that is away is a finding;
/// whatever can be seen without it is still looked at.
struct Doctor {
  let servers: ServerOptions
  let keys: Keys
  /// How long to watch lists in which something waits.
  let seconds: Int

  private(set) var diagnoses: [Diagnosis] = []
  private(set) var incidents: [Incident] = []
  private(set) var isServerAway = false

  init(servers: ServerOptions, seconds: Int) throws {
    self.servers = servers
    self.keys = Keys(prefix: try servers.prefix())
    self.seconds = seconds
  }

  mutating func examineAll() throws {
    var redis = try openRedis()
    var postgres = try openPostgres()
    var schema: SchemaFacts?
    var catalogue: Catalogue?
    if postgres != nil {
      do {
        try look(&postgres!, &schema, &catalogue)
      } catch let error as PostgresError {
        fail("postgres", error.kind == .server, "\(error)")
        postgres = nil
      }
    }
    if redis != nil {
      do {
        try look(&redis!)
        try lookAtFleet(&redis!, &postgres, catalogue, schema)
      } catch let error as RedisError {
        if case .server = error { fail("redis", true, "\(error)") } else { fail("redis", false, "\(error)") }
      }
    }
  }

  private mutating func look(_ redis: inout RedisConnection) throws {
    let clock = try ClockReading.take { () throws(RedisError) in
      let time = try redis.command(["TIME"])
      return (Int64(try time.string(at: 0)) ?? 0) * 1_000_000 + (Int64(try time.string(at: 1)) ?? 0)
    }
    let facts = try RedisFacts.read(&redis)
    let refusals = facts.info["loading"] == "1" ? [] : try RedisProbe.refusals(keys: keys, on: &redis)
    diagnoses += examine(RedisEvidence(facts: facts, refusals: refusals, clock: clock), RedisChecks.all)
  }

  private mutating func look(
    _ postgres: inout PostgresConnection, _ schema: inout SchemaFacts?, _ catalogue: inout Catalogue?
  ) throws {
    let clock = try ClockReading.take { () throws(PostgresError) in
      try postgres.query("SELECT clock_timestamp()").timestamp(0, 0)
    }
    let facts = try PostgresFacts.read(&postgres)
    let durability = try DurabilitySettings.read(&postgres)
    let found = try SchemaInspector.read(&postgres)
    schema = found
    incidents = found.incidents
    if found.catalogueVersion > 0 {
      catalogue = try? Catalogue.current(&postgres)
    }
    diagnoses += examine(
      PostgresEvidence(
        facts: facts, durability: durability, clock: clock,
        clockTolerance: catalogue.map { Int64($0.programme.clockToleranceSeconds) } ?? 300), PostgresChecks.all)
    diagnoses += examine(found, SchemaChecks.all)
  }

  private mutating func lookAtFleet(
    _ redis: inout RedisConnection, _ postgres: inout PostgresConnection?, _ catalogue: Catalogue?,
    _ schema: SchemaFacts?
  ) throws {
    // Without the database Redis itself says who the partners are.
    let partners =
      try catalogue?.partners.map(\.code)
      ?? KeptText.get(keys.directory, on: &redis).flatMap { Directory(text: $0) }?.partners ?? []
    let names = partners.map(keys.inbox) + (0..<ShardMap.count).map(keys.score)
    let counts = schema?.refusal == nil && schema?.forbidden.isEmpty == true
    var first = FleetEvidence.Look(lists: try LeaseRecord.read(names, on: &redis))
    first.batches = counts ? batches(&postgres) : nil
    var second = first
    if first.lists.contains(where: { $0.length > 0 && !$0.isPaused }) {
      _ = StopSignal().wait(milliseconds: seconds * 1000)
      second = FleetEvidence.Look(lists: try LeaseRecord.read(names, on: &redis))
      second.batches = counts ? batches(&postgres) : nil
    }
    let queues = try QueueStatus.read(
      partners: partners, administrators: catalogue?.administrators ?? [], keys: keys, &redis)
    diagnoses += examine(
      FleetEvidence(
        queues: queues, first: first, second: second, seconds: seconds, lastBookedSeconds: schema?.lastBookedSeconds,
        hasCatalogue: catalogue != nil),
      FleetChecks.all)
  }

  private func batches(_ postgres: inout PostgresConnection?) -> Int64? {
    guard postgres != nil else { return nil }
    return try? SchemaInspector.batches(&postgres!)
  }

  private mutating func openRedis() throws -> RedisConnection? {
    do {
      return try .open(try servers.redisURL(), connectTimeoutMs: 3_000, commandTimeoutMs: 10_000, name: "puhui-doctor")
    } catch let error as RedisError {
      away("redis.reachable", "\(error)", "start Redis, or put --redis (PUHUI_REDIS_URL) right")
      return nil
    }
  }

  private mutating func openPostgres() throws -> PostgresConnection? {
    do {
      return try PostgresConnection(
        url: try servers.postgresURL(), applicationName: "puhui-doctor", statementTimeoutMs: 10_000)
    } catch let error as PostgresError {
      away("postgres.reachable", "\(error)", "start PostgreSQL, or put --postgres (PUHUI_POSTGRES_URL) right")
      return nil
    }
  }

  /// - Parameter isRefusal: the server is there, and says no.
  private mutating func fail(_ server: String, _ isRefusal: Bool, _ found: String) {
    guard isRefusal else { return away("\(server).reachable", found, "see the server's log") }
    diagnoses.append(
      Diagnosis(
        check: "\(server).refusal",
        finding: .problem("what the doctor asks is refused, and so not all was looked at: \(found)", "grant that right")
      ))
  }

  private mutating func away(_ check: String, _ found: String, _ advice: String) {
    isServerAway = true
    diagnoses.append(Diagnosis(check: check, finding: .problem(found, advice)))
  }
}
