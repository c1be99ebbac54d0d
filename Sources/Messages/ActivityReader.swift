import CarbonInclusion

/// Reads the fields of one scanned message in the contract's order and throws at the first fault.
///
/// The message's bytes are handed to each step, because a value may not keep a span.
struct ActivityReader {
  let tokens: ActivityTokens

  func activity(in bytes: RawSpan) throws(Refusal) -> Activity {
    if let repetition = tokens.firstRepetition { throw refusal(of: repetition, in: bytes) }
    let id = try identifier(.id, in: bytes)
    let resident = try identifier(.resident, in: bytes)
    let behaviour = try behaviour(in: bytes)
    let quantity = try quantity(in: bytes)
    let unit = try unit(in: bytes)
    guard let endedAt = try instant(.endedAt, in: bytes) else { throw missing(.endedAt) }
    let startedAt = try instant(.startedAt, in: bytes)
    if let startedAt, startedAt > endedAt {
      throw Refusal(
        .endsBeforeStart,
        "field \"started_at\": \(excerpt(.startedAt, in: bytes)) is after ended_at \(excerpt(.endedAt, in: bytes))")
    }
    let region = try region(in: bytes)
    let evidence = try evidence(in: bytes)
    let claimed = try claimedMilligrams(in: bytes)
    let sequence = try sequence(in: bytes)
    let report: Activity.Report
    if let behaviour {
      report = .act(behaviour: behaviour, quantity: quantity, unit: unit)
    } else {
      report = .reversal(of: try identifier(.reverses, in: bytes))
    }
    return Activity(
      id: id, resident: resident, report: report, endedAt: endedAt, startedAt: startedAt, region: region,
      evidence: evidence, claimedMilligrams: claimed, sequence: sequence)
  }

  /// An identifier that stands in the message once and is valid, whatever else is wrong.
  func readable(_ field: ActivityField, in bytes: RawSpan) -> String? {
    tokens.isRepeated(field) ? nil : try? identifier(field, in: bytes)
  }

  /// 1 to 64 printable ASCII characters. Details never quote an identifier: it may be personal.
  private func identifier(_ field: ActivityField, in bytes: RawSpan) throws(Refusal) -> String {
    try requireString(field)
    return try withText(field, in: bytes) { text throws(Refusal) in
      for offset in 0..<text.byteCount where !(0x20...0x7E).contains(text[offset]) {
        throw invalid(field, "character \(offset + 1) is not printable ASCII")
      }
      guard text.byteCount > 0 else { throw invalid(field, "is empty") }
      guard text.byteCount <= 64 else {
        throw invalid(field, "has \(text.byteCount) characters, at most 64 are allowed")
      }
      return text.text() ?? ""
    }
  }

  /// `nil` for a reversal, which may not carry what this one reads, nor what the next two do.
  private func behaviour(in bytes: RawSpan) throws(Refusal) -> String? {
    guard !tokens.has(.reverses) else {
      try requireNoReversal(.behaviour)
      return nil
    }
    try requireString(.behaviour)
    return try withText(.behaviour, in: bytes) { text throws(Refusal) in
      guard text.isCode else {
        throw invalid(
          .behaviour, "\(excerpt(.behaviour, in: bytes)) is not a code: 2 to 40 of a-z, 0-9 and -, not - first")
      }
      return text.text() ?? ""
    }
  }

  private func unit(in bytes: RawSpan) throws(Refusal) -> MeasureUnit? {
    guard tokens.has(.unit) else { return nil }
    try requireNoReversal(.unit)
    try requireString(.unit)
    return try withText(.unit, in: bytes) { text throws(Refusal) in
      guard let unit = MeasureUnit(symbol: text) else {
        let allowed = MeasureUnit.allCases.map(\.rawValue).joined(separator: ", ")
        throw Refusal(
          .unknownUnit, "field \"unit\": \(excerpt(.unit, in: bytes)) is not one of \(allowed)")
      }
      return unit
    }
  }

  private func instant(_ field: ActivityField, in bytes: RawSpan) throws(Refusal) -> Instant? {
    guard field == .endedAt || tokens.has(field) else { return nil }
    try requireString(field)
    return try withText(field, in: bytes) { text throws(Refusal) in
      do throws(TimestampReader.Fault) {
        return try TimestampReader.read(text)
      } catch {
        throw invalid(field, "\(excerpt(field, in: bytes)) \(error.rawValue)")
      }
    }
  }

  private func region(in bytes: RawSpan) throws(Refusal) -> Region? {
    guard tokens.has(.region) else { return nil }
    try requireString(.region)
    return try withText(.region, in: bytes) { text throws(Refusal) in
      guard text.byteCount == 6, let code = decimalDigits(text), code >= 100_000 else {
        throw invalid(.region, "\(excerpt(.region, in: bytes)) is not a code of six digits, such as 140105")
      }
      return Region(code: code)
    }
  }

  private func decimalDigits(_ text: RawSpan) -> Int32? {
    var value: Int32 = 0
    for offset in 0..<text.byteCount {
      guard text[offset] &- UInt8(ascii: "0") < 10 else { return nil }
      value = value * 10 + Int32(text[offset] - UInt8(ascii: "0"))
    }
    return value
  }

  /// 128 Unicode scalars are at most 512 bytes.
  private func evidence(in bytes: RawSpan) throws(Refusal) -> String? {
    guard tokens.has(.evidence) else { return nil }
    try requireString(.evidence)
    return try withText(.evidence, in: bytes) { text throws(Refusal) in
      var characters = 0
      for offset in 0..<text.byteCount where text[offset] & 0xC0 != 0x80 {
        characters += 1
        let isC1 = text[offset] == 0xC2 && text[offset + 1] < 0xA0
        guard text[offset] >= 0x20, text[offset] != 0x7F, !isC1 else {
          throw invalid(.evidence, "character \(characters) is a control character")
        }
      }
      guard characters > 0 else { throw invalid(.evidence, "is empty") }
      guard characters <= 128 else {
        throw invalid(.evidence, "has \(characters) characters, at most 128 are allowed")
      }
      return text.text()
    }
  }
}

extension MeasureUnit {
  /// By comparing bytes: faster than by a `String` made for it.
  fileprivate init?(symbol: RawSpan) {
    for unit in MeasureUnit.allCases where symbol.equals(unit.rawValue) {
      self = unit
      return
    }
    return nil
  }
}
