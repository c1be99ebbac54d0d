/// Finds what somebody meant who wrote a name that is not defined.
package enum Suggestion {
  /// The tail of a message: `; did you mean "grams"?`, else the known names where they are few, else nothing.
  package static func tail(for name: String, among known: [String]) -> String {
    if let nearest = nearest(to: name, among: known) { return "; did you mean \"\(nearest)\"?" }
    guard !known.isEmpty, known.count <= 16 else { return "" }
    return "; known: " + known.joined(separator: ", ")
  }

  /// The known name that is few typing errors away, or begins with what was written; `nil` where none is near.
  package static func nearest(to name: String, among known: [String]) -> String? {
    let allowed = max(1, name.count / 3)
    let near = known.map { (name: $0, distance: distance(from: name, to: $0)) }.filter { $0.distance <= allowed }
    if let best = near.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) { return best.name }
    guard name.count >= 3 else { return nil }
    return known.filter { $0.hasPrefix(name) || ($0.count >= 3 && name.hasPrefix($0)) }.min()
  }

  /// Letters to insert, delete, replace or swap with their neighbour (optimal string alignment).
  private static func distance(from left: String, to right: String) -> Int {
    let left = Array(left.lowercased())
    let right = Array(right.lowercased())
    // Far apart in any case: saves the square of two long texts.
    guard abs(left.count - right.count) <= 16, left.count <= 64 else { return Int.max }
    var twoBack: [Int] = []
    var back = Array(0...right.count)
    for (row, letter) in left.enumerated() {
      var current = [row + 1]
      for (column, other) in right.enumerated() {
        var best = min(back[column] + (letter == other ? 0 : 1), back[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
          best = min(best, twoBack[column - 1] + 1)
        }
        current.append(best)
      }
      twoBack = back
      back = current
    }
    return back[right.count]
  }
}
