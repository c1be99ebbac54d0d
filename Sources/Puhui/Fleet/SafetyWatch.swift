import PostgresClient
import RedisClient
import Workers

/// Asks the servers again while the fleet runs: somebody may change a setting, or a server may come back with another
/// one while no lane had to connect anew.
final class SafetyWatch {
  private let gate: SafetyGate
  private let connectRedis: () throws -> RedisConnection
  /// `nil` for workers that need no PostgreSQL.
  private let connectPostgres: (() throws -> PostgresConnection)?
  private var redis: RedisConnection?
  private var postgres: PostgresConnection?

  init(
    gate: SafetyGate, connectRedis: @escaping () throws -> RedisConnection,
    connectPostgres: (() throws -> PostgresConnection)?
  ) {
    self.gate = gate
    self.connectRedis = connectRedis
    self.connectPostgres = connectPostgres
  }

  var chores: [HousekeepingLane.Chore] {
    var chores = [HousekeepingLane.Chore(name: "redis-safety", everyMs: 5_000) { try self.askRedis() }]
    if let connectPostgres {
      chores.append(.init(name: "postgres-safety", everyMs: 5_000) { try self.askPostgres(connectPostgres) })
    }
    return chores
  }

  private func askRedis() throws {
    var connection = try redis.take() ?? connectRedis()
    try gate.pass(&connection, always: true)
    redis = consume connection
  }

  private func askPostgres(_ connect: () throws -> PostgresConnection) throws {
    var connection = try postgres.take() ?? connect()
    try gate.pass(&connection, always: true)
    postgres = consume connection
  }
}
