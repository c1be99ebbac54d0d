import CarbonInclusion
import Feeding
import Messages

/// One transaction as scoring would make it, judged beforehand.
struct PreparedBatch: Sendable {
  let scoring: PreparedScoring
  let booking: Booking

  var shard: Int16 { scoring.opening.shard }

  /// Judges simulated traffic against a ledger in memory.
  ///
  /// - Parameter size: so many messages of one shard make a batch.
  static func prepare(_ plan: TrafficPlan, count: Int, size: Int, policy: Policy, now: Instant) -> [PreparedBatch] {
    var model = TrafficModel(plan)
    var ledger = MemoryLedger()
    var waiting: [Int16: [ReceivedMessage]] = [:]
    var offsets: [Int16: Int64] = [:]
    var batches: [PreparedBatch] = []
    func book(_ shard: Int16, _ messages: [ReceivedMessage]) {
      let scoring = PreparedScoring(messages, shard: shard, policy: policy, now: now, ledger: ledger)
      let booking = scoring.judge()
      ledger.take(booking, scoring.opening)
      batches.append(PreparedBatch(scoring: scoring, booking: booking))
    }
    for _ in 0..<count {
      let (partner, bytes) = model.next()
      guard let number = policy.numbers.partners[model.partners[partner].code] else { continue }
      let (shard, content) = read(bytes)
      let offset = offsets[number, default: 0]
      offsets[number] = offset + 1
      let position = MessagePosition(partnerNumber: number, incarnation: 1, offset: offset)
      waiting[shard, default: []].append(ReceivedMessage(position: position, content: content))
      if let messages = waiting[shard], messages.count == size {
        book(shard, messages)
        waiting[shard] = nil
      }
    }
    for (shard, messages) in waiting.sorted(by: { $0.key < $1.key }) { book(shard, messages) }
    return batches
  }

  private static func read(_ bytes: [UInt8]) -> (shard: Int16, ReceivedMessage.Content) {
    switch ActivityDecoder.decode(bytes) {
    case .activity(let activity):
      let evidence = activity.evidence.map { ContentDigest.of(Array($0.utf8)) }
      return (
        Int16(ShardMap.shard(ofResident: activity.resident)),
        .activity(activity, content: ContentDigest.of(activity), evidence: evidence)
      )
    case .refused(let refusal, let id, let resident):
      return (
        Int16(resident.map(ShardMap.shard(ofResident:)) ?? 0),
        .refused(refusal, id: id, resident: resident, payload: bytes, content: ContentDigest.of(bytes))
      )
    }
  }
}
