internal import PostgresClient

/// Lists of different lengths as parameters of a statement: they cannot be elements of an array, but slices of one.
extension PostgresParameters {
  /// Appends two arrays: where each of several lists begins and ends in all of them together, counted from 1.
  mutating func append(slices counts: [Int]) {
    let slices = Self.slices(counts)
    append(array: slices.map(\.low))
    append(array: slices.map(\.high))
  }

  static func slices(_ counts: [Int]) -> [(low: Int32, high: Int32)] {
    var end: Int32 = 0
    return counts.map { count in
      defer { end += Int32(clamping: count) }
      return (end + 1, end + Int32(clamping: count))
    }
  }
}
