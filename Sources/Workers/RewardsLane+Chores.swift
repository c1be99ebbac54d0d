import CarbonInclusion
import Lanes
import Logging
import Messages

extension RewardsLane {
  /// What is due beside the jobs.
  ///
  /// - Returns: whether there is more of it right away.
  func doChores(_ servers: (source: Source, books: Books)) throws -> Bool {
    let now = clock.nowMs
    var more = false
    if hasPending, lookedForDecisionsAt == .min || now - lookedForDecisionsAt >= settings.pendingMs {
      lookedForDecisionsAt = now
      try answerDecided(servers)
    }
    if sweptAt == .min || now - sweptAt >= settings.sweepMs {
      sweptAt = now
      hasPending = try servers.books.hasPendingJobs()
      try handOver(try servers.books.leftovers(limit: settings.perSweep), servers)
      if try settleOverdue(servers.books) {
        sweptAt = .min
        more = true
      }
    }
    try expire(servers.books)
    return more
  }

  private func answerDecided(_ servers: (source: Source, books: Books)) throws {
    let decided = try servers.books.decidedReviews(limit: settings.perSweep)
    guard !decided.isEmpty else { return }
    try servers.source.reply(decided)
  }

  /// Gives back what nobody answered, or approved, in time.
  private func settleOverdue(_ books: Books) throws -> Bool {
    let overdue = try books.overdue(limit: settings.perSweep)
    guard !overdue.isEmpty else { return false }
    do {
      let opening = try books.open()
      let catalogue = try books.catalogue(version: opening.catalogueVersion)
      let answers = try books.answer(JobQuestions(overdue: overdue), catalogue: catalogue, now: opening.now)
      var fold = JobFold(catalogue: catalogue, now: opening.now, answers: answers, render: JobReplyWriter.text)
      for id in overdue {
        fold.timeOut(redemption: id)
        fold.timeOut(adjustment: id)
      }
      try books.book(fold.booked(), now: opening.now)
      try failpoints.reach(.beforeCommit, .rewards)
      try books.commit()
    } catch let fault as BatchFault {
      books.rollBack()
      logger.info("Time-outs are put off.", metadata: ["reason": "\(fault)"])
      return false
    } catch {
      books.rollBack()
      throw error
    }
    logger.info("Settled what nobody answered in time.", metadata: ["count": "\(overdue.count)"])
    return overdue.count >= Int(settings.perSweep)
  }

  /// One page of today's expiry at a time, so that jobs need not wait for it, with pauses twice as long as the pages
  /// take, so that scoring keeps its share of the database.
  private func expire(_ books: Books) throws {
    let begun = clock.nowMs
    guard let catalogue = catalogue?.catalogue, begun >= nextExpiryAt else { return }
    var isFinished = true
    do {
      isFinished = try books.expirePage(catalogue)
    } catch let fault as BatchFault {
      logger.info("A page of expiring points is put off.", metadata: ["reason": "\(fault)"])
    }
    let end = clock.nowMs
    nextExpiryAt = end + (isFinished ? settings.expiryMs : 2 * (end - begun))
  }
}
