import CarbonInclusion
import Messages

/// An element of an administrator's or an incentive partner's list: any bytes.
enum JobHarness {
  private static let speakers = [Job.Speaker.administrator("admin"), .partner("commerce")]

  @Sendable static func run(_ bytes: [UInt8]) throws {
    for speaker in speakers {
      let job: Job
      do throws(JobFault) {
        job = try JobDecoder.decode(bytes, from: speaker)
      } catch {
        try check(error, of: bytes)
        continue
      }
      try check(job, of: speaker)
    }
  }

  /// The job as it is written says the same.
  private static func check(_ job: Job, of speaker: Job.Speaker) throws {
    try promise((1...64).contains(job.id.utf8.count), "believed an impossible id: \(job.id)")
    if case .partner = speaker {
      try promise(["confirm", "fail"].contains(job.operation.name), "a partner may not \(job.operation.name)")
    }
    let text = JobMessage.encoded(id: job.id, job.operation)
    // Escapes make a text longer that was just short enough.
    guard text.count <= JobDecoder.maxBytes else { return }
    guard let again = try? JobDecoder.decode(text, from: speaker) else {
      throw BrokenPromise("refused what it accepted before: \(String(decoding: text, as: UTF8.self))")
    }
    try promise(again == job, "\(job) became \(again)")
  }

  private static func check(_ fault: JobFault, of bytes: [UInt8]) throws {
    try promise(!fault.error.message.isEmpty, "refused as \(fault.error.code) without a word")
    if fault.error.message.hasPrefix("byte ") {
      let digits = fault.error.message.dropFirst("byte ".count).prefix { $0.isNumber }
      try promise((0...bytes.count).contains(Int(digits) ?? -1), "no such byte: \(fault.error.message)")
    }
    let id = fault.id ?? "x"
    try promise(!id.utf8.contains { $0 == 0x7B || $0 == 0x7D } && id != "malformed", "answers at \(id)")
    let replies = [
      JobReplyWriter.encoded(malformed: fault, text: bytes),
      JobReplyWriter.encoded(JobReply(fault.error), id: id, operation: fault.operation),
    ]
    for reply in replies { try checkJSON(reply) }
  }

  /// A reply is no job, but JSON.
  private static func checkJSON(_ reply: [UInt8]) throws {
    do throws(JobFault) {
      _ = try JobDecoder.decode(reply, from: .administrator("admin"))
    } catch {
      try promise(
        error.error.code != .malformedJSON,
        "\(error.error.message) in the reply \(String(decoding: reply, as: UTF8.self))")
    }
  }
}
