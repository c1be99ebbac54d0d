import CarbonInclusion
import Ledger
import Queues

/// `puhui status` for people.
struct StatusText {
  let ledger: LedgerStatus
  let queues: QueueStatus

  func text() -> String {
    var parts = [totals(), inboxes(), scoring(), jobs(), workers()]
    let paused = (queues.inboxes + queues.shards + queues.jobs).filter { $0.pausedMs != nil }
    if !paused.isEmpty { parts.append(pauses(paused)) }
    let missing = ledger.sequences.filter { $0.missing > 0 }
    if !missing.isEmpty { parts.append(gaps(missing)) }
    if !queues.strangers.isEmpty { parts.append(strangers()) }
    if let risk = risk() { parts.append(risk) }
    if !ledger.incidents.isEmpty { parts.append(IncidentText.text(ledger.incidents)) }
    return parts.joined(separator: "\n\n")
  }

  private func totals() -> String {
    """
    Ledger      \(Amounts.count(ledger.residents)) residents · \(Amounts.count(ledger.actions)) actions · \
    \(Amounts.tonnes(ledger.reductionMilligrams)) (\(Amounts.grams(ledger.reductionMilligrams))) · \
    \(Amounts.count(ledger.pointsIssued)) points issued
    Catalogue   version \(ledger.catalogueVersion), schema version \(ledger.schemaVersion)
    Last booked \(ledger.lastBookedAt.map { $0.formatted(utcOffsetSeconds: 28_800) } ?? "never")\(deadLetters())
    """
  }

  private func deadLetters() -> String {
    guard ledger.openDeadLetters > 0 else { return "" }
    return "\nDead        \(Amounts.count(ledger.openDeadLetters)) letters are open: see `puhui dead ls`"
  }

  private func inboxes() -> String {
    var table = Table(
      [.init(title: "partner"), .init(title: "waiting", isNumber: true), .init(title: "received", isNumber: true)]
        + Outcome.allCases.map { .init(title: $0.code, isNumber: true) } + [.init(title: "worked on by")])
    let waiting = Dictionary(
      queues.inboxes.map { (String($0.name.split(separator: ":").last ?? ""), $0) },
      uniquingKeysWith: { first, _ in first })
    table.rows = ledger.partners.map { partner in
      let list = waiting[partner.partner]
      return [partner.partner, "\(list?.length ?? 0)", "\(partner.received)"] + partner.outcomes.map(String.init)
        + [list?.owner ?? ""]
    }
    return table.text()
  }

  private func scoring() -> String {
    let busy = queues.shards.filter { $0.length > 0 }
    guard !busy.isEmpty else { return "Scoring     no blocks waiting in \(queues.shards.count) shards" }
    let oldest = busy.compactMap(\.oldestMs).max() ?? 0
    return
      "Scoring     \(busy.map(\.length).reduce(0, +)) blocks waiting in \(busy.count) of \(queues.shards.count) shards,"
      + " the oldest for \(oldest) ms; \(queues.shards.count { $0.owner != nil }) shards are being worked on"
  }

  private func jobs() -> String {
    let busy = queues.jobs.filter { $0.length > 0 }
    guard !busy.isEmpty else { return "Jobs        none waiting in \(queues.jobs.count) lists" }
    return "Jobs        " + busy.map { "\(Amounts.count(Int64($0.length))) in \($0.name)" }.joined(separator: ", ")
  }

  private func workers() -> String {
    guard !queues.workers.isEmpty else { return "Workers     none: start some with `puhui all`" }
    return "Workers\n"
      + queues.workers.map { "  \($0.id)  \($0.description)  seen \($0.ageMs / 1000) s ago" }.joined(separator: "\n")
  }

  private func pauses(_ lists: [QueueStatus.List]) -> String {
    "Paused: nobody works on these until `puhui resume LIST`\n"
      + lists.map {
        "  \($0.name)  for \(($0.pausedMs ?? 0) / 1000) s, \(Amounts.count(Int64($0.length))) elements wait"
      }
      .joined(separator: "\n")
  }

  private func gaps(_ sequences: [SequenceSummary]) -> String {
    "Missing by the partners' own counters; `puhui gaps PARTNER` says which numbers\n"
      + sequences.map { "  \($0.partner)  \(Amounts.count($0.missing)) in \(Amounts.count($0.gaps)) gaps" }
      .joined(separator: "\n")
  }

  private func risk() -> String? {
    let risky = queues.workers.count(where: \.acceptsDataLoss)
    guard risky > 0 else { return nil }
    return "Data loss   accepted by \(risky) of \(queues.workers.count) workers (--accept-data-loss): what the servers"
      + " acknowledged can be lost; see `puhui doctor`"
  }

  private func strangers() -> String {
    "Lists that belong to nobody in the catalogue; nothing reads them\n"
      + queues.strangers.map { "  \($0.name)  \($0.length) elements" }.joined(separator: "\n")
  }
}
