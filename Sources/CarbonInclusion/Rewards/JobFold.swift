/// Answers a batch of jobs in order, and says what the ledger books.
///
/// Pure: it is given the ledger's answers, with every account and stock that the jobs touch. A job that is refused
/// changes nothing; one that was answered before is answered the same.
package struct JobFold {
  let catalogue: Catalogue
  let now: Instant
  let today: Day
  /// Writes an answer as the text that is sent and remembered.
  let render: @Sendable (_ id: String, _ operation: String, JobReply) -> String
  var answers: JobAnswers
  var booking = JobBooking()
  /// Residents whose answer would say so if activities of theirs still waited in the queues.
  package private(set) var expectant: Set<String> = []
  /// Accounts whose ended lots have been booked.
  private var looked: Set<AccountKey> = []

  package init(
    catalogue: Catalogue, now: Instant, answers: JobAnswers,
    render: @escaping @Sendable (_ id: String, _ operation: String, JobReply) -> String
  ) {
    self.catalogue = catalogue
    self.now = now
    self.today = Day(containing: now, utcOffsetSeconds: catalogue.programme.utcOffsetSeconds)
    self.answers = answers
    self.render = render
  }

  package mutating func fold(_ jobs: [Job]) -> JobBooking {
    for job in jobs { booking.answers.append(answer(job)) }
    return booking
  }

  private mutating func answer(_ job: Job) -> JobBooking.Answer {
    if let known = answers.jobs[job.id] {
      guard known.content == job.content else {
        return .reply(
          render(
            job.id, job.operation.name,
            JobReply(JobError(.idConflict, "id \"\(job.id)\" was used before for something else"))))
      }
      return known.answer.map { .reply($0) } ?? .pending
    }
    let account = self.account(of: job)
    do throws(JobError) {
      if job.operation.isDocument { return .document(try accountOfDocument(job.operation)) }
      remember(job, account: account, reply: JobReply(try perform(job) + queuedNote(job.operation)))
    } catch {
      remember(job, account: account, reply: JobReply(hinted(error, job.operation)))
    }
    return answers.jobs[job.id]?.answer.map { .reply($0) } ?? .pending
  }

  private mutating func perform(_ job: Job) throws(JobError) -> [JobReply.Field] {
    switch job.operation {
    case .redeem(let resident, let reward, let quantity):
      try redeem(job, resident: resident, reward: reward, quantity: quantity)
    case .cancel(let id, let reason): try cancel(id, reason: reason)
    case .confirm(let id): try confirm(id, speaker: job.speaker)
    case .fail(let id, let reason): try fail(id, reason: reason, speaker: job.speaker)
    case .restock(let reward, let restock): try self.restock(reward, restock)
    case .balance(let resident): try balance(resident)
    case .adjust(let resident, let points, let reason):
      try adjust(job, resident: resident, points: points, reason: reason)
    case .approve(let id): try approve(id, by: job.speaker.code)
    case .statement, .certificate, .review, .export, .erase: []
    }
  }

  private mutating func remember(_ job: Job, account: AccountKey?, reply: JobReply) {
    let text = render(job.id, job.operation.name, reply)
    answers.jobs[job.id] = .init(content: job.content, answer: text)
    booking.jobs.append(BookedJob(job: job, account: account, answer: text))
  }

  // MARK: Accounts

  private func account(of job: Job) -> AccountKey? {
    if let resident = job.operation.resident { return answers.residents[resident] }
    return job.operation.subject.flatMap { answers.redemptions[$0]?.account ?? answers.adjustments[$0]?.account }
  }

  private mutating func accountOfDocument(_ operation: Job.Operation) throws(JobError) -> AccountKey? {
    guard let resident = operation.resident else { return nil }
    // Also somebody of whom there is nothing but refusals can ask to be erased.
    if case .erase = operation, answers.residents[resident] == nil, !answers.erased.contains(resident) { return nil }
    let key = try key(of: resident)
    expireEnded(key)
    return key
  }

  func key(of resident: String) throws(JobError) -> AccountKey {
    if let key = answers.residents[resident] { return key }
    if answers.erased.contains(resident) {
      throw JobError(.residentErased, "the resident was erased")
    }
    // Without the name: answers are kept, and those without an account are not found when somebody is erased.
    throw JobError(.unknownResident, "the resident has no account: nothing was booked for this id")
  }

  /// The purse of a resident, after what has ended by today.
  mutating func purse(_ key: AccountKey) -> PointsPurse {
    expireEnded(key)
    guard let account = answers.accounts[key] else {
      // Written as it stands, it would take the place of what the account holds; stopping is better.
      preconditionFailure("points are moved on an account that is not locked")
    }
    return account.purse
  }

  mutating func set(_ purse: PointsPurse, of key: AccountKey) {
    answers.accounts[key]?.purse = purse
    booking.accounts[key] = purse
  }

  /// Points that ended before today cannot be spent, whether or not the nightly expiry has been here.
  private mutating func expireEnded(_ key: AccountKey) {
    guard looked.insert(key).inserted, var purse = answers.accounts[key]?.purse else { return }
    let ended = purse.expire(before: today)
    guard !ended.isEmpty else { return }
    set(purse, of: key)
    book(.expiry(of: ended, account: key))
  }

  mutating func book(_ entry: AccountEntry) { booking.entries.append(entry) }

  // MARK: What the reply says of the queues

  private mutating func queuedNote(_ operation: Job.Operation) -> [JobReply.Field] {
    guard case .balance(let resident) = operation else { return [] }
    expectant.insert(resident)
    return answers.queued[resident].map { [.init("queued", .integer($0))] } ?? []
  }

  private mutating func hinted(_ error: JobError, _ operation: Job.Operation) -> JobError {
    guard let resident = operation.resident, error.code == .insufficientPoints || error.code == .unknownResident else {
      return error
    }
    expectant.insert(resident)
    guard let count = answers.queued[resident] else { return error }
    return JobError(
      error.code,
      error.message
        + "; \(count) or more of this resident's activities still wait in the queues: ask again, with a new id")
  }
}

extension Job.Operation {
  /// Needs more than accounts, or changes what others read: is alone in its batch.
  package var isDocument: Bool {
    switch self {
    case .statement, .certificate, .review, .export, .erase: true
    case .redeem, .cancel, .confirm, .fail, .restock, .balance, .adjust, .approve: false
    }
  }
}
