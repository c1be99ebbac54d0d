internal import CarbonInclusion
internal import PostgresClient

/// Lots as parameters of a statement: arrays of different lengths cannot be elements of an array.
enum PackedLots {
  /// Appends three arrays: where each row's lots begin and end in the third, counted from 1, and the lots of all rows.
  /// A row's are then `(third)[first:second]`.
  static func append(_ rows: [[PointsLot]], to parameters: inout PostgresParameters) {
    parameters.append(slices: rows.map(\.count))
    parameters.append(array: rows.flatMap { $0.map(\.packed) })
  }
}

extension PostgresRows {
  /// The lots of a `bigint[]`.
  func lots(_ row: Int, _ column: Int) -> [PointsLot] { int64Array(row, column).map(PointsLot.init(packed:)) }
}
