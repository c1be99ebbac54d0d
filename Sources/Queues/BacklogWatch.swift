package import RedisClient

/// Looks at lists again and again: with one command while all is quiet, as it mostly is, and for their lengths at once
/// where something comes now and then.
package struct BacklogWatch: Sendable {
  /// So many looks in vain make it quiet.
  private static let vainLooks = 16

  private var looksInVain = Self.vainLooks

  package init() {}

  /// The lengths of the lists, in their order.
  package mutating func lengths(
    of lists: [String], on connection: inout RedisConnection
  ) throws(RedisError) -> [Int] {
    if looksInVain >= Self.vainLooks, try !Backlog.anyNonEmpty(lists, on: &connection) { return lists.map { _ in 0 } }
    let lengths = try Backlog.lengths(of: lists, on: &connection)
    looksInVain = lengths.allSatisfy { $0 == 0 } ? looksInVain + 1 : 0
    return lengths
  }
}
