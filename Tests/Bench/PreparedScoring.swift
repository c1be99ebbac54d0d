import CarbonInclusion
import Messages

/// One batch with everything that scoring would be told about it, so that it can be judged without a database.
struct PreparedScoring: Sendable {
  let policy: Policy
  let opening: BatchOpening
  let blocks: [ReceivedBlock]
  let answers: LedgerAnswers
  let accounts: AccountAnswers
  let histories: HistoryAnswers

  init(
    _ messages: [ReceivedMessage], shard: Int16, policy: Policy, now: Instant, ledger: MemoryLedger
  ) {
    self.policy = policy
    opening = ledger.opening(shard, now: now, catalogueVersion: policy.version)
    // The blocks of a batch come from its partners; one a partner does for what is booked.
    blocks = Dictionary(grouping: messages, by: \.position.partnerNumber).sorted { $0.key < $1.key }.map {
      number, messages in
      ReceivedBlock(
        inbox: InboxIncarnation(partnerNumber: number, incarnation: 1),
        end: (messages.last?.position.offset ?? 0) + 1, messages: messages, pushedAt: now)
    }
    var scorer = BatchScorer(policy: policy, opening: opening, blocks: blocks, render: ActivityMessage.encoded)
    let questions = scorer.questions(isNew: ledger.isNew)
    answers = ledger.answer(questions, shard: shard)
    accounts = ledger.accounts(scorer.receive(answers), shard: shard)
    histories = ledger.histories(scorer.receive(accounts), shard: shard)
  }

  var messages: Int { blocks.reduce(0) { $0 + $1.messages.count } }

  /// All that scoring computes for the batch.
  func judge() -> Booking {
    var scorer = BatchScorer(policy: policy, opening: opening, blocks: blocks, render: ActivityMessage.encoded)
    _ = scorer.questions { answers.known[$0] == nil }
    _ = scorer.receive(answers)
    _ = scorer.receive(accounts)
    return scorer.fold(histories)
  }
}
