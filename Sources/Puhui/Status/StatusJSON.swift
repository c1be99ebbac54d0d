import CarbonInclusion
import Ledger
import Queues

/// `puhui status --json`.
enum StatusJSON {
  static func text(_ ledger: LedgerStatus, _ queues: QueueStatus) -> String {
    JSON.object([
      (
        "totals",
        .object([
          ("residents", .integer(ledger.residents)), ("actions", .integer(ledger.actions)),
          ("reduction_mg", .integer(ledger.reductionMilligrams)), ("points_issued", .integer(ledger.pointsIssued)),
        ])
      ),
      ("catalogue_version", .integer(Int64(ledger.catalogueVersion))),
      ("schema_version", .integer(Int64(ledger.schemaVersion))),
      ("last_booked_at", .optional(ledger.lastBookedAt?.formatted(utcOffsetSeconds: 0))),
      ("dead_letters", .integer(ledger.openDeadLetters)),
      ("partners", .array(ledger.partners.map { partner($0, ledger.sequences) })),
      ("inboxes", .array(queues.inboxes.map(list))),
      ("shards", .array(queues.shards.map(list))), ("jobs", .array(queues.jobs.map(list))),
      ("strangers", .array(queues.strangers.map(list))),
      ("fences", .array(ledger.shards.map(fence))), ("workers", .array(queues.workers.map(worker))),
      ("incidents", .array(ledger.incidents.map(IncidentText.json))),
    ]).text
  }

  private static func partner(_ count: LedgerStatus.PartnerCount, _ sequences: [SequenceSummary]) -> JSON {
    let missing = sequences.first { $0.partner == count.partner }?.missing
    return .object(
      [("partner", .string(count.partner)), ("received", .integer(count.received))]
        + zip(Outcome.allCases, count.outcomes).map { ($0.code, .integer($1)) } + [("missing", .optional(missing))])
  }

  private static func list(_ list: QueueStatus.List) -> JSON {
    .object([
      ("list", .string(list.name)), ("length", .integer(Int64(list.length))), ("owner", .optional(list.owner)),
      ("lease_ms", .optional(list.leaseMs)), ("oldest_ms", .optional(list.oldestMs)),
      ("paused_ms", .optional(list.pausedMs)),
    ])
  }

  private static func fence(_ shard: LedgerStatus.Shard) -> JSON {
    .object([
      ("shard", .integer(Int64(shard.shard))), ("owner", .string(shard.owner)), ("epoch", .integer(shard.epoch)),
      ("batch_no", .integer(shard.batchNumber)),
    ])
  }

  private static func worker(_ worker: WorkerRegistry.Entry) -> JSON {
    .object([
      ("id", .string(worker.id)), ("description", .string(worker.description)), ("age_ms", .integer(worker.ageMs)),
      ("accepts_data_loss", .bool(worker.acceptsDataLoss)),
    ])
  }
}
