/// Names an account: residents are numbered within their shard.
package struct AccountKey: Sendable, Hashable, Comparable {
  package var shard: Int16
  package var residentNumber: Int32

  package init(shard: Int16, residentNumber: Int32) {
    self.shard = shard
    self.residentNumber = residentNumber
  }

  /// The order in which everybody locks accounts.
  package static func < (left: AccountKey, right: AccountKey) -> Bool {
    (left.shard, left.residentNumber) < (right.shard, right.residentNumber)
  }
}
