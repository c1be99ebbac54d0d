import CarbonInclusion

/// Reads the fields of one scanned job in the contract's order and throws at the first fault.
///
/// The job's bytes are handed to each step, because a value may not keep a span.
struct JobReader {
  let tokens: JobTokens

  private static let quantities: ClosedRange<Int64> = 1...1_000_000
  private static let mostPoints: Int64 = 999_999_999_999
  private static let reservedID = "malformed"

  func job(from speaker: Job.Speaker, in bytes: RawSpan) throws(JobError) -> Job {
    if let repetition = tokens.firstRepetition {
      let fault = JSONFault(
        at: repetition.range.lowerBound - 1, "field \(repetition.excerpt(in: bytes)) stands twice")
      throw JobError(.malformedJSON, fault.description(in: bytes))
    }
    let id = try id(in: bytes)
    let kind = try kind(in: bytes)
    if case .partner(let partner) = speaker, !kind.isForPartners {
      let allowed = JobKind.allCases.filter(\.isForPartners).map(\.rawValue).joined(separator: " and ")
      throw JobError(
        .notAllowed, "partner \(partner) may \(allowed) its own redemptions; \(kind.rawValue) is for administrators")
    }
    let operation = try operation(kind, in: bytes)
    return Job(id: id, speaker: speaker, operation: operation, content: ContentDigest.of(operation))
  }

  /// The id where it stands in the job once and is valid, whatever else is wrong.
  func readableID(in bytes: RawSpan) -> String? { tokens.isRepeated(.id) ? nil : try? id(in: bytes) }

  /// The op where it is a short text, known or not.
  func readableOperation(in bytes: RawSpan) -> String? {
    guard !tokens.isRepeated(.operation), tokens[.operation].kind == .string else { return nil }
    let text = try? text(.operation, for: nil, in: bytes)
    return text.flatMap { $0.unicodeScalars.count <= 64 ? $0 : nil }
  }

  private func operation(_ kind: JobKind, in bytes: RawSpan) throws(JobError) -> Job.Operation {
    switch kind {
    case .redeem:
      return .redeem(
        resident: try identifier(.resident, for: kind, in: bytes), reward: try code(.reward, for: kind, in: bytes),
        quantity: try quantity(in: bytes) ?? 1)
    case .cancel:
      let redemption = try jobID(.redemption, for: kind, in: bytes)
      return .cancel(redemption: redemption, reason: try optionalReason(for: kind, in: bytes))
    case .confirm: return .confirm(redemption: try jobID(.redemption, for: kind, in: bytes))
    case .fail:
      return .fail(
        redemption: try jobID(.redemption, for: kind, in: bytes), reason: try reason(for: kind, in: bytes))
    case .restock: return .restock(reward: try code(.reward, for: kind, in: bytes), try restock(in: bytes))
    case .balance: return .balance(resident: try identifier(.resident, for: kind, in: bytes))
    case .statement: return try statement(in: bytes)
    case .certificate:
      return .certificate(
        resident: try identifier(.resident, for: kind, in: bytes), name: try displayName(in: bytes))
    case .adjust:
      return .adjust(
        resident: try identifier(.resident, for: kind, in: bytes), points: try points(in: bytes),
        reason: try reason(for: kind, in: bytes))
    case .approve: return .approve(job: try jobID(.job, for: kind, in: bytes))
    case .review:
      return .review(
        partner: try code(.partner, for: kind, in: bytes), activity: try identifier(.activity, for: kind, in: bytes),
        decision: try decision(in: bytes), reason: try reason(for: kind, in: bytes))
    case .export: return .export(resident: try identifier(.resident, for: kind, in: bytes))
    case .erase: return .erase(resident: try identifier(.resident, for: kind, in: bytes))
    }
  }

  private func id(in bytes: RawSpan) throws(JobError) -> String {
    let id = try jobID(.id, for: nil, in: bytes)
    guard id != Self.reservedID else {
      throw invalid(.id, "\"\(id)\" is the name under which jobs without a usable id are answered")
    }
    return id
  }

  private func kind(in bytes: RawSpan) throws(JobError) -> JobKind {
    let names = JobKind.allCases.map(\.rawValue)
    let text: String
    do throws(JobError) {
      text = try self.text(.operation, for: nil, in: bytes)
    } catch {
      throw JobError(error.code, "\(error.message); ops are \(names.joined(separator: ", "))")
    }
    if let kind = JobKind(rawValue: text) { return kind }
    let guess = Suggestion.nearest(to: text, among: names).map { "; did you mean \"\($0)\"?" } ?? ";"
    throw JobError(
      .unknownOperation,
      "there is no op \(tokens[.operation].excerpt(in: bytes))\(guess) ops are \(names.joined(separator: ", "))")
  }

  /// How many; `nil` where nothing is said.
  private func quantity(in bytes: RawSpan) throws(JobError) -> Int64? {
    guard tokens.has(.quantity) else { return nil }
    let allowed = "is not a whole number from \(Self.quantities.lowerBound) to \(Self.quantities.upperBound)"
    let quantity = try whole(.quantity, for: .redeem, otherwise: allowed, in: bytes)
    guard Self.quantities.contains(quantity) else {
      throw invalid(.quantity, "\(tokens[.quantity].excerpt(in: bytes)) \(allowed)")
    }
    return quantity
  }

  private func points(in bytes: RawSpan) throws(JobError) -> Int64 {
    let allowed = "is not a whole number from -\(Self.mostPoints) to \(Self.mostPoints), and not 0"
    let points = try whole(.points, for: .adjust, otherwise: allowed, in: bytes)
    guard points != 0, points.magnitude <= Self.mostPoints.magnitude else {
      throw invalid(.points, "\(tokens[.points].excerpt(in: bytes)) \(allowed)")
    }
    return points
  }

  private func restock(in bytes: RawSpan) throws(JobError) -> Job.Restock {
    switch (try quantity(in: bytes), tokens.has(.codes)) {
    case (let quantity?, false): return .quantity(quantity)
    case (nil, true): return .codes(try codes(in: bytes))
    case (_?, true): throw invalid(.codes, "not allowed together with quantity: codes are counted")
    case (nil, false):
      let missing = missing(.quantity, for: .restock)
      throw JobError(missing.code, "\(missing.message), as is codes")
    }
  }

  private func statement(in bytes: RawSpan) throws(JobError) -> Job.Operation {
    let resident = try identifier(.resident, for: .statement, in: bytes)
    let from = try day(.from, in: bytes)
    let to = try day(.to, in: bytes)
    if let from, let to, to < from { throw invalid(.to, "\(to) is before from, which is \(from)") }
    return .statement(resident: resident, from: from, to: to)
  }

  private func decision(in bytes: RawSpan) throws(JobError) -> Job.Decision {
    let text = try text(.decision, for: .review, in: bytes)
    guard let decision = Job.Decision(rawValue: text) else {
      let allowed = Job.Decision.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " nor ")
      throw invalid(.decision, "\(tokens[.decision].excerpt(in: bytes)) is neither \(allowed)")
    }
    return decision
  }
}
