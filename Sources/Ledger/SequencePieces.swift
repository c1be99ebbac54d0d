internal import PostgresClient

/// The numbers of some batches, each with when it was received, as runs and a ragged end.
///
/// Neighbours lie in several shards, and some of these are always further than others: the newest numbers are pieces
/// without number. They wait until the rest has come, unless they have waited for long.
struct SequencePieces {
  private struct Piece {
    let seen: SequenceRun.Seen
    let mayWait: Bool
  }

  /// Behind a run as long as this begins what may be the ragged end.
  private static let solidCount: Int64 = 256
  /// More than this does not wait: it would be read again and again.
  private static let mostWaiting = 50_000

  /// How many numbers there are.
  private(set) var count = 0
  private var pieces: [Int16: [Piece]] = [:]

  /// - Parameter rows: of `sequence_batch`: partner_no, seen_at, low, high, numbers, and whether they may wait.
  init(_ rows: borrowing PostgresRows) {
    for row in 0..<rows.count {
      let (partners, seenAt) = (rows.int16Array(row, 0), rows.timestampArray(row, 1))
      let (lows, highs, numbers) = (rows.int32Array(row, 2), rows.int32Array(row, 3), rows.int64Array(row, 4))
      let mayWait = rows.bool(row, 5)
      count += numbers.count
      for place in partners.indices where lows[place] <= highs[place] {
        pieces[partners[place], default: []] += numbers[Int(lows[place]) - 1..<Int(highs[place])].map {
          Piece(seen: .init(number: $0, at: seenAt[place]), mayWait: mayWait)
        }
      }
    }
  }

  /// Leaves out the ragged ends.
  ///
  /// - Returns: what was left out, by partner; the rest is to be folded.
  mutating func takeRaggedEnds() -> [Int16: [SequenceRun.Seen]] {
    var ends: [Int16: [SequenceRun.Seen]] = [:]
    var waiting = 0
    for (partner, all) in pieces.sorted(by: { $0.key < $1.key }) {
      guard let solid = runs(of: partner).last(where: { $0.count >= Self.solidCount }) else { continue }
      let end = all.filter { $0.mayWait && $0.seen.number > solid.last.number }
      guard !end.isEmpty, waiting + end.count <= Self.mostWaiting else { continue }
      waiting += end.count
      ends[partner] = end.map(\.seen)
      pieces[partner] = all.filter { !($0.mayWait && $0.seen.number > solid.last.number) }
    }
    return ends
  }

  /// The runs of all partners, by partner and number.
  var runs: [SequenceRun] { pieces.keys.sorted().flatMap(runs) }

  private func runs(of partner: Int16) -> [SequenceRun] {
    SequenceRun.runs(of: partner, pieces[partner, default: []].map(\.seen))
  }
}
