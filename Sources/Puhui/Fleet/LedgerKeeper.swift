import Ledger
import PostgresClient

/// The ledger's chores, on a connection of their own. One that failed is dropped.
final class LedgerKeeper {
  private let connect: () throws -> PostgresConnection
  private var connection: PostgresConnection?

  init(connect: @escaping () throws -> PostgresConnection) { self.connect = connect }

  func fold() throws {
    var postgres = try connection.take() ?? connect()
    try TotalsFold.fold(&postgres)
    connection = consume postgres
  }

  func foldSequences() throws {
    var postgres = try connection.take() ?? connect()
    // By then the other shards have booked their part.
    try SequenceFold.fold(olderThanSeconds: 10, &postgres)
    connection = consume postgres
  }

  func expirePayloads(days: Int32) throws {
    var postgres = try connection.take() ?? connect()
    _ = try TotalsFold.expirePayloads(olderThanDays: days, &postgres)
    connection = consume postgres
  }
}
