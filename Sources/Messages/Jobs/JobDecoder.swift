package import CarbonInclusion

/// Turns one element of an administrator's or an incentive partner's list into a job, or says what to mend.
///
/// Judges form only, and always the same way: the first fault in the order *JSON, repeated names, id, op, who may,
/// fields as the contract lists them* is the one reported. Decided where the contract is silent:
/// - Unknown fields, and fields of other ops, are checked as JSON and otherwise ignored; a name may not stand twice in
///   the job's own object.
/// - `null` is the wrong type for a required field and the same as absence for an optional one.
/// - Printable ASCII includes the space. Texts for people are one line: no control characters, none that turn the
///   direction of writing, and not only blanks.
/// - Whole numbers count by value: `5`, `5.0`, `0.5e1` and `"5"` are the same; a string has digits alone.
/// - `malformed` is no usable id: `puhui:reply:malformed` is where jobs without one are answered.
package enum JobDecoder {
  /// The most that a job may have, in bytes: room for ten thousand codes.
  package static let maxBytes = 1 << 20
  /// The most codes that one job can bring.
  package static let maxCodes = 10_000

  /// Decodes one job.
  ///
  /// - Throws: what is wrong, with the job's id where its sender can be answered by it.
  package static func decode(_ bytes: RawSpan, from speaker: Job.Speaker) throws(JobFault) -> Job {
    let tokens: JobTokens
    do throws(JSONFault) {
      tokens = try JobTokens(bytes)
    } catch {
      let error = JobError(.malformedJSON, error.description(in: bytes))
      throw JobFault(id: nil, operation: nil, error: error)
    }
    guard tokens.kind == .object else {
      let error = JobError(.malformedJSON, "expected a JSON object, found \(tokens.kind.noun)")
      throw JobFault(id: nil, operation: nil, error: error)
    }
    let reader = JobReader(tokens: tokens)
    do throws(JobError) {
      return try reader.job(from: speaker, in: bytes)
    } catch {
      throw JobFault(id: reader.readableID(in: bytes), operation: reader.readableOperation(in: bytes), error: error)
    }
  }

  /// The same for bytes in an array.
  package static func decode(_ bytes: [UInt8], from speaker: Job.Speaker) throws(JobFault) -> Job {
    try decode(bytes.span.bytes, from: speaker)
  }
}
