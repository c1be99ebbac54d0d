import CarbonInclusion
import Lanes
import Logging
import Messages

extension RewardsLane {
  /// Answers the oldest jobs of a list.
  ///
  /// - Returns: whether there were any; not where the list is empty or another lane's.
  func workOff(_ list: JobList, _ servers: (source: Source, books: Books)) throws -> Bool {
    var batch = JobBatch()
    let claimed = try servers.source.claim(list, count: settings.jobsPerBatch) { claim, bytes in
      if batch.isEmpty { batch.failure = failpoints.failure(at: .afterClaim, .rewards) }
      guard claim.attemptsAlone < Poison.deathsAlone else {
        batch.bury(bytes, speaker: list.speaker, attempts: claim.attemptsAlone)
        return false
      }
      return batch.take(bytes, speaker: list.speaker)
    }
    guard var claim = claimed else { return false }
    claim.count = batch.count
    do {
      if let failure = batch.failure { throw failure }
      if claim.isSuspect { guard try servers.source.setDown(claim) else { return false } }
      try failpoints.reach(.afterParse, .rewards)
      try answer(batch, claim, servers)
    } catch let fault as BatchFault {
      if case .refused = fault { try servers.source.fail(claim) } else { try servers.source.handBack(claim) }
      throw fault
    } catch {
      if error is UnknownCommit { report.lostCommit() }
      try? servers.source.handBack(claim)
      throw error
    }
    _ = try servers.source.trim(claim)
    try failpoints.reach(.afterTrim, .rewards)
    report.finished(messages: batch.count)
    return true
  }

  private func answer(_ batch: JobBatch, _ claim: JobClaim, _ servers: (source: Source, books: Books)) throws {
    servers.books.whileWaiting = BatchPatience(clock: clock, pulse: pulse, stoppingMs: settings.stoppingMs)
      .waiting { _ = try servers.source.renew(claim) }
    defer { servers.books.whileWaiting = nil }
    var replies = batch.faults
    var handOver = HandOver()
    if !batch.jobs.isEmpty {
      let done = try commit(batch.jobs, claim, servers)
      try failpoints.reach(.afterCommit, .rewards)
      replies += done.replies
      handOver = done.handOver
    }
    try servers.source.reply(replies)
    try self.handOver(handOver, servers)
  }

  private func commit(
    _ jobs: [Job], _ claim: JobClaim, _ servers: (source: Source, books: Books)
  ) throws -> (replies: [(id: String, text: [UInt8])], handOver: HandOver) {
    let books = servers.books
    do {
      try failpoints.reach(.beforeBegin, .rewards)
      let opening = try books.open()
      let catalogue = try books.catalogue(version: opening.catalogueVersion)
      let answers = try books.answer(JobQuestions(jobs: jobs), catalogue: catalogue, now: opening.now)
      var booking = try fold(jobs, answers, catalogue, opening.now, claim, servers.source)
      var texts = booking.answers
      var handOver = HandOver()
      for (index, job) in jobs.enumerated() {
        guard case .document(let account) = texts[index] else { continue }
        // Alone in its batch.
        texts[index] = try document(job, account, catalogue, opening.now, books, &booking, &handOver)
      }
      try books.book(booking, now: opening.now)
      try failpoints.reach(.afterRows, .rewards)
      try failpoints.reach(.beforeCommit, .rewards)
      try books.commit()
      handOver.fulfilments += booking.fulfilments.map(JobBatch.fulfilment)
      let replies = zip(jobs, texts).compactMap { job, answer -> (id: String, text: [UInt8])? in
        guard case .reply(let text) = answer else { return nil }
        return (job.id, Array(text.utf8))
      }
      return (replies, handOver)
    } catch {
      books.rollBack()
      throw error
    }
  }

  private func fold(
    _ jobs: [Job], _ answers: JobAnswers, _ catalogue: Catalogue, _ now: Instant, _ claim: JobClaim, _ source: Source
  ) throws -> JobBooking {
    var answers = answers
    let (booking, expectant) = try inHand(claim, source) {
      watch(jobs)
      var fold = JobFold(catalogue: catalogue, now: now, answers: answers, render: JobReplyWriter.text)
      return (fold.fold(jobs), fold.expectant)
    }
    guard !expectant.isEmpty else { return booking }
    answers.queued = try source.queued(of: expectant.sorted(), inboxesOf: catalogue.reporters.map(\.code))
    guard !answers.queued.isEmpty else { return booking }
    // Once more, with what is said about the queues.
    return try inHand(claim, source) {
      var fold = JobFold(catalogue: catalogue, now: now, answers: answers, render: JobReplyWriter.text)
      return fold.fold(jobs)
    }
  }

  private func document(
    _ job: Job, _ account: AccountKey?, _ catalogue: Catalogue, _ now: Instant, _ books: Books,
    _ booking: inout JobBooking, _ handOver: inout HandOver
  ) throws -> JobBooking.Answer {
    var reply: JobReply?
    do {
      switch try books.document(job, account: account, catalogue: catalogue, now: now) {
      case .reply(let answer): reply = answer
      case .forward(let review):
        handOver.reviews.append(review)
        hasPending = true
      }
    } catch let error as JobError {
      reply = JobReply(error)
    }
    let text = reply.map { JobReplyWriter.text(job.id, job.operation.name, $0) }
    booking.jobs.append(BookedJob(job: job, account: account, answer: text))
    return text.map { .reply($0) } ?? .pending
  }

  /// Hands fulfilments to their partners, and decisions to scoring, and notes what was taken; the rest is tried again.
  func handOver(_ handOver: HandOver, _ servers: (source: Source, books: Books)) throws {
    guard !handOver.isEmpty else { return }
    try servers.source.handOver(handOver.fulfilments.map { ($0.partner, $0.text) })
    var forwarded: [String] = []
    for review in handOver.reviews where try servers.source.forward([(review.shard, review.block)]).first == true {
      forwarded.append(review.jobID)
    }
    try servers.books.markHandedOver(redemptions: handOver.fulfilments.map(\.redemption), reviews: forwarded)
  }

  /// Computes with the jobs. Whoever dies in here with a suspect one died on it.
  private func inHand<Value>(_ claim: JobClaim, _ source: Source, _ compute: () throws -> Value) throws -> Value {
    try Poison.inHand(
      isSuspect: claim.isSuspect, takeUp: { try source.takeUp(claim) }, setDown: { try source.setDown(claim) }, compute)
  }

  private func watch(_ jobs: [Job]) {
    guard failpoints.watchesMessages else { return }
    for job in jobs { failpoints.workOn(job.id, .rewards) }
  }
}
