/// What can go wrong with the ledger beyond the database's own errors.
package enum LedgerError: Error, Equatable {
  /// Another lane has taken the shard over: whatever this one holds of it is void.
  case fenced(shard: Int16)
  case schemaIsNewer(found: Int32, known: Int32)
  case schemaIsOlder(found: Int32, known: Int32)
  case noCatalogue
  /// A factor version is used for other numbers than before.
  case factorChanged(version: String, detail: String)
  /// Quantities of a behaviour stand in the ledger in the unit that it had.
  case unitChanged(behaviour: String)
  /// An owner that holds a shard's fence row does not let go.
  case fenceBusy(shard: Int16)
  /// A job changed an account after the batch had read it.
  case accountsChanged
  /// An account got another name after the batch had read it: its resident was erased.
  case residentRenamed(shard: Int16)
}

extension LedgerError {
  /// Whether a batch met somebody else's work, and may go through when it is run again.
  package var isCollision: Bool {
    switch self {
    case .fenceBusy, .accountsChanged, .residentRenamed: true
    default: false
    }
  }
}

extension LedgerError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .fenced(let shard): "shard \(shard) was taken over by another worker"
    case .schemaIsNewer(let found, let known):
      "the database's schema is version \(found), this binary knows up to \(known): use a newer binary"
    case .schemaIsOlder(let found, let known):
      "the database's schema is version \(found), this binary needs \(known): run `puhui migrate`"
    case .noCatalogue: "no catalogue has been applied yet: run `puhui catalogue apply FILE`"
    case .factorChanged(let version, let detail):
      "factor version \"\(version)\" has been used with other values (\(detail)): give the changed factor a new version"
    case .unitChanged(let behaviour):
      "behaviour \"\(behaviour)\" has been applied with another unit before: give the new one a new code"
    case .fenceBusy(let shard): "the previous owner of shard \(shard) does not let go of its fence row"
    case .accountsChanged: "an account was changed while a batch was being judged"
    case .residentRenamed(let shard): "a resident of shard \(shard) was erased while a batch was being judged"
    }
  }
}
