internal import CarbonInclusion

/// Lots as a `bigint[]` in its text form: arrays of arrays of different lengths cannot be parameters.
enum PackedLots {
  static func text(_ lots: [PointsLot]) -> String { "{" + lots.map { String($0.packed) }.joined(separator: ",") + "}" }

  static func lots(_ text: String) -> [PointsLot] {
    text.dropFirst().dropLast().split(separator: ",").compactMap { Int64($0) }.map { PointsLot(packed: $0) }
  }
}
