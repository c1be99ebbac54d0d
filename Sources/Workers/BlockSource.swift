/// What a scoring lane needs of Redis: blocks to read, partners to tell. Used by one thread.
package protocol BlockSource: AnyObject {
  /// How many blocks wait in each shard's list.
  func waiting() throws -> [Int]

  /// Waits for word that blocks were pushed somewhere, or until the time is over.
  func awaitBlocks(milliseconds: Int) throws

  /// Takes the lease of a shard's list and reads up to `count` of the oldest blocks, oldest first. They stay in the
  /// list.
  ///
  /// - Parameter read: is given each block; returns whether it wants another one.
  /// - Returns: `nil` where the list is empty or somebody else's. The claim covers the blocks that `read` was given.
  func claim(shard: Int, count: Int, read: (RawSpan) -> Bool) throws -> BlockClaim?

  /// Removes the blocks that were read and gives the lease back.
  func trim(_ claim: BlockClaim) throws -> Bool

  /// Gives the lease back with the blocks still in the list.
  func handBack(_ claim: BlockClaim) throws

  /// Tells partners about outcomes, on their lists of rejected messages.
  func publish(_ notices: [(partner: String, json: [UInt8])]) throws

  /// Tells ingest workers who the partners are.
  func publish(_ directory: Directory) throws
}

/// A lease on a shard's list, and how many blocks were read.
package struct BlockClaim: Sendable, Equatable {
  package var shard: Int
  package var epoch: Int64
  package var incarnation: Int64
  package var position: Int64
  package var count: Int

  package init(shard: Int, epoch: Int64, incarnation: Int64, position: Int64, count: Int) {
    self.shard = shard
    self.epoch = epoch
    self.incarnation = incarnation
    self.position = position
    self.count = count
  }
}
