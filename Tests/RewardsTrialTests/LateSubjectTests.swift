import CarbonInclusion
import Foundation
import Ledger
import Messages
import PostgresClient
import RewardsModel
import Synchronization
import Testing

/// A batch of jobs that waits for another's lock meanwhile learns of what it had not heard of when it chose its locks.
@Suite struct LateSubjectTests {
  private let now = Instant(microseconds: 1_681_106_098_000_000)

  @Test(.timeLimit(.minutes(10))) func `an adjustment that came while its approval waited for a lock moves no points`()
    throws
  {
    var ledger = try LedgerRewards(world: .small)
    _ = try ledger.apply(
      [
        .earn(activity: "a1", resident: "ann", points: 700), .earn(activity: "a2", resident: "ben", points: 10),
      ], at: now)
    var holder = try LedgerRewards.connect(ledger.url)
    try holder.begin()
    _ = try holder.query("SELECT FROM puhui.account WHERE resident = 'ben' FOR UPDATE")

    let approval = try [
      job("late-1", by: "auditor", .approve(job: "grant")), job("late-2", by: "auditor", .balance(resident: "ben")),
    ]
    let answers = Mutex<Result<[RewardsAnswer], any Error>?>(nil)
    let isDone = DispatchSemaphore(value: 0)
    let (url, catalogue, now) = (ledger.url, ledger.catalogue, now)
    // A thread of its own: the shared ones may all be busy with other tests.
    Thread.detachNewThread {
      let result = Result {
        try LedgerRewards.answer(
          approval, at: now, catalogue, RewardsBooks(connection: try LedgerRewards.connect(url)))
      }
      answers.withLock { $0 = result }
      isDone.signal()
    }
    try waitForALock(ledger.url)
    _ = try ledger.apply(
      [.job(.init(id: "grant", by: .administrator("admin"), .adjust(resident: "ann", points: 300, reason: "thanks")))],
      at: now)
    try holder.commit()
    isDone.wait()

    let answer = try #require(answers.withLock { $0 }).get()
    #expect(answer.first == .refused("unknown_job"), "it had been asked before the job was there")
    let state = try ledger.snapshot()
    #expect(state.residents["ann"]?.lots.map(\.points) == [700], "her other points are as they were")
    #expect(state.adjustments["grant"]?.status == .awaitingApproval)
    let again = try ledger.apply(
      [.job(.init(id: "again", by: .administrator("auditor"), .approve(job: "grant")))], at: now)
    #expect(again.first?.isDone == true)
    #expect(try ledger.snapshot().residents["ann"]?.lots.map(\.points) == [1_000])
  }

  private func job(_ id: String, by administrator: String, _ request: RewardsJob.Request) throws -> Job {
    try LedgerRewards.job(.init(id: id, by: .administrator(administrator), request)).get()
  }

  private func waitForALock(_ url: String) throws {
    var watcher = try LedgerRewards.connect(url)
    for _ in 0..<100_000 {
      let waiting = try watcher.query(
        """
        SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
        """
      ).int64(0, 0)
      if waiting > 0 { return }
    }
    throw TrialFailure("the batch never waited for the lock")
  }
}

extension RewardsAnswer {
  fileprivate var isDone: Bool { if case .done = self { true } else { false } }
}
