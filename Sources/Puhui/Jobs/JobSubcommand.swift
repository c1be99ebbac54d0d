import ArgumentParser
import CarbonInclusion
import Messages

/// A command that asks for one op: it says what for, and everything else is the same for all.
protocol JobSubcommand: ParsableCommand {
  var options: JobOptions { get }
  /// The incentive partner that speaks in place of an administrator.
  var partner: String? { get }
  func operation() throws -> Job.Operation
  /// What there is to do with the reply before it is shown.
  func receive(_ reply: JobAnswer) throws
}

extension JobSubcommand {
  var partner: String? { nil }

  func receive(_ reply: JobAnswer) throws {}

  func run() throws {
    let id = options.id ?? RandomJobID.make()
    let speaker: Job.Speaker = partner.map { .partner($0) } ?? .administrator(options.administrator)
    let bytes = JobMessage.encoded(id: id, try operation())
    do throws(JobFault) {
      _ = try JobDecoder.decode(bytes, from: speaker)
    } catch {
      throw CommandFailure(.usage, error.error.message)
    }
    let errand = JobErrand(id: id, isFirst: options.id == nil, bytes: bytes, speaker: speaker, options: options)
    guard let answer = try errand.run() else { return }
    try receive(answer)
    try answer.show(json: options.json)
  }
}

/// Ids that nobody else makes: sixteen random hexadecimal digits.
enum RandomJobID {
  static func make() -> String {
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    return "job-" + String(repeating: "0", count: 16 - digits.count) + digits
  }
}
