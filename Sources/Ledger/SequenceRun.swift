/// Numbers of a partner's counter without a hole between them.
struct SequenceRun: Equatable {
  /// A number, and when it was received, in microseconds since 1970.
  struct Seen: Equatable {
    var number: Int64
    var at: Int64
  }

  let partnerNumber: Int16
  let first: Seen
  private(set) var last: Seen

  var count: Int64 { last.number - first.number + 1 }

  /// The runs of numbers in any order, which may repeat: then the first time counts.
  static func runs(of partnerNumber: Int16, _ numbers: [Seen]) -> [SequenceRun] {
    var runs: [SequenceRun] = []
    for seen in numbers.sorted(by: { ($0.number, $0.at) < ($1.number, $1.at) }) {
      guard let end = runs.last?.last.number, seen.number - end <= 1 else {
        runs.append(SequenceRun(partnerNumber: partnerNumber, first: seen, last: seen))
        continue
      }
      if seen.number > end { runs[runs.count - 1].last = seen }
    }
    return runs
  }
}
