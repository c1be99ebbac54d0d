/// Which numbers of a partner's own counter were seen, in any order and any number of times, as runs without holes.
///
/// Numbers that rise by one cost one run; a run for each number is the worst that they can do.
package struct SequenceRuns: Sendable, Equatable {
  /// As they came: the last one grows while the numbers rise by one.
  private var runs: [ClosedRange<Int64>] = []

  package init() {}

  package var isEmpty: Bool { runs.isEmpty }

  package mutating func insert(_ number: Int64) {
    guard let last = runs.last else {
      runs.append(number...number)
      return
    }
    if last.contains(number) { return }
    if number > last.upperBound, number - 1 == last.upperBound {
      runs[runs.count - 1] = last.lowerBound...number
    } else {
      runs.append(number...number)
    }
  }

  /// The runs by rising numbers, as few as possible: between two of them at least one number is missing.
  package var merged: [ClosedRange<Int64>] {
    var merged: [ClosedRange<Int64>] = []
    for run in runs.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last, run.lowerBound <= last.upperBound || run.lowerBound - 1 == last.upperBound {
        merged[merged.count - 1] = last.lowerBound...max(last.upperBound, run.upperBound)
      } else {
        merged.append(run)
      }
    }
    return merged
  }
}
