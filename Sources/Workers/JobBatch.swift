internal import CarbonInclusion
internal import Messages

/// The jobs of one turn, as they were read: a job that needs more than accounts is alone.
struct JobBatch {
  /// Of the oldest jobs, those that are answered now.
  private(set) var jobs: [Job] = []
  /// What is no job, answered as it is.
  private(set) var faults: [(id: String, text: [UInt8])] = []
  private(set) var count = 0
  var failure: (any Error)?

  var isEmpty: Bool { count == 0 }

  /// - Returns: whether another one may follow.
  mutating func take(_ bytes: RawSpan, speaker: Job.Speaker) -> Bool {
    do {
      let job = try JobDecoder.decode(bytes, from: speaker)
      // A job that has to be alone stays in the list for the next turn.
      guard !job.operation.isDocument || jobs.isEmpty else { return false }
      jobs.append(job)
      count += 1
      return !job.operation.isDocument
    } catch {
      refuse(bytes, error)
      return true
    }
  }

  /// A job that killed its workers is answered, and not carried out.
  mutating func bury(_ bytes: RawSpan, speaker: Job.Speaker, attempts: Int) {
    let error = JobError(
      .internal, "\(attempts) workers died in a row while they worked on this job: it was given up, nothing was done")
    do {
      let job = try JobDecoder.decode(bytes, from: speaker)
      count += 1
      faults.append((job.id, JobReplyWriter.encoded(JobReply(error), id: job.id, operation: job.operation.name)))
    } catch {
      refuse(bytes, error)
    }
  }

  private mutating func refuse(_ bytes: RawSpan, _ fault: JobFault) {
    count += 1
    guard let id = fault.id else {
      faults.append(("malformed", JobReplyWriter.encoded(malformed: fault, text: bytes)))
      return
    }
    faults.append((id, JobReplyWriter.encoded(JobReply(fault.error), id: id, operation: fault.operation)))
  }

  static func fulfilment(_ redemption: Redemption) -> HandOver.Fulfilment {
    HandOver.Fulfilment(
      redemption: redemption.id, partner: redemption.partner ?? "",
      text: FulfilmentMessage.encoded(
        redemption: redemption.id, resident: redemption.resident, reward: redemption.reward,
        quantity: redemption.quantity, deadline: redemption.deadline ?? redemption.createdAt))
  }
}
