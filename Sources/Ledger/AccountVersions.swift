internal import PostgresClient

/// The versions in which a batch read the accounts that it may change, for each of its shards by resident number.
///
/// A lock is a write of its own to every account, and hardly ever does a job meet a batch on one. So the batch reads
/// without locks, and writes only the versions that it has read. Where one is not there any more, the batch is void,
/// and the lane locks what it reads for a while: jobs come in crowds.
struct AccountVersions {
  private var caution = Caution()
  /// `nil` while no account was asked for in the transaction.
  private(set) var read: [[Int32: RowVersion]]?

  /// Whether accounts are locked as they are read.
  var areLocked: Bool { caution.isOn }

  mutating func took(_ versions: [[Int32: RowVersion]]) { read = versions }

  /// The batch is over.
  mutating func forget() { read = nil }

  mutating func committed() {
    forget()
    caution.committed()
  }

  mutating func collided() { caution.collided() }
}
