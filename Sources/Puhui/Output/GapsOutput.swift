import CarbonInclusion
import Ledger

/// What `puhui gaps` says, for people and for programs.
struct GapsOutput {
  let partner: String
  let from: Int64?
  let to: Int64?
  let found: SequenceGaps

  func text() -> String {
    guard found.summary != nil || found.gapCount > 0 else {
      return "\(partner): no message carried a seq, so nothing can be said of gaps\n"
    }
    var parts = [headline()]
    if !found.gaps.isEmpty { parts.append(table().text()) }
    let hidden = found.gapCount - Int64(found.gaps.count)
    if hidden > 0 { parts.append("and \(Amounts.count(hidden)) more gaps; --limit shows more") }
    if found.missing > 0 {
      parts.append("Push these again, or the whole day: what is known already ends as duplicate and changes nothing.")
    }
    if let highest = found.summary?.highest, to ?? highest <= highest {
      parts.append(
        "What was lost behind seq \(highest), the highest received, leaves no gap; --to N states what was pushed.")
    }
    return parts.joined(separator: "\n") + "\n"
  }

  private func headline() -> String {
    let seen = found.summary.map { "seq \($0.lowest) to \($0.highest) received" } ?? "no seq received"
    guard found.missing > 0 else { return "\(partner): nothing missing, \(seen)" }
    return "\(partner): \(Amounts.count(found.missing)) missing in \(Amounts.count(found.gapCount)) gaps, \(seen)"
  }

  func table() -> Table {
    var table = Table([
      .init(title: "first", isNumber: true), .init(title: "last", isNumber: true),
      .init(title: "missing", isNumber: true), .init(title: "received after"), .init(title: "received before"),
    ])
    table.rows = found.gaps.map { gap in
      [
        "\(gap.first)", "\(gap.last)", "\(gap.missing)", gap.receivedAfter.map(time) ?? "",
        gap.receivedBefore.map(time) ?? "",
      ]
    }
    return table
  }

  func json() -> String {
    JSON.object([
      ("partner", .string(partner)), ("lowest", .optional(found.summary?.lowest)),
      ("highest", .optional(found.summary?.highest)), ("from", .optional(from)), ("to", .optional(to)),
      ("missing", .integer(found.missing)), ("gap_count", .integer(found.gapCount)),
      ("gaps", .array(found.gaps.map(gap))),
    ]).text + "\n"
  }

  private func gap(_ gap: SequenceGap) -> JSON {
    .object([
      ("first", .integer(gap.first)), ("last", .integer(gap.last)), ("missing", .integer(gap.missing)),
      ("received_after", .optional(gap.receivedAfter?.formatted(utcOffsetSeconds: 0))),
      ("received_before", .optional(gap.receivedBefore?.formatted(utcOffsetSeconds: 0))),
    ])
  }

  private func time(_ instant: Instant) -> String { instant.formatted(utcOffsetSeconds: 28_800) }
}

/// The summary of all partners.
extension GapsOutput {
  static func text(_ summaries: [SequenceSummary], csv: Bool) -> String {
    guard csv || !summaries.isEmpty else { return "No message carried a seq, so nothing can be said of gaps.\n" }
    var table = Table(
      [.init(title: "partner")]
        + ["lowest", "highest", "received", "missing", "gaps"].map { .init(title: $0, isNumber: true) }
        + [.init(title: "highest received at")])
    table.rows = summaries.map { line in
      [
        line.partner, "\(line.lowest)", "\(line.highest)", "\(line.seen)", "\(line.missing)", "\(line.gaps)",
        line.highestAt.formatted(utcOffsetSeconds: 28_800),
      ]
    }
    return csv ? table.csv() : table.text() + "\n"
  }

  static func json(_ summaries: [SequenceSummary]) -> String {
    JSON.array(
      summaries.map { line in
        .object([
          ("partner", .string(line.partner)), ("lowest", .integer(line.lowest)), ("highest", .integer(line.highest)),
          ("received", .integer(line.seen)), ("missing", .integer(line.missing)), ("gap_count", .integer(line.gaps)),
          ("highest_at", .string(line.highestAt.formatted(utcOffsetSeconds: 0))),
        ])
      }
    ).text + "\n"
  }
}
