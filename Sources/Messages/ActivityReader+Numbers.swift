import CarbonInclusion

extension ActivityReader {
  /// Above 0, at most 12 digits before the point and 6 after it.
  func quantity(in bytes: RawSpan) throws(Refusal) -> Quantity? {
    guard tokens.has(.quantity) else { return nil }
    try requireNoReversal(.quantity)
    let millionths = try decimal(.quantity, .init(beforePoint: 12, afterPoint: 6), in: bytes)
    guard millionths > 0 else { throw misfit(.quantity, .negative, in: bytes) }
    return Quantity(millionths: Int64(millionths))
  }

  /// Grams from 0 up with at most 12 digits before the point and 6 after it, floored to milligrams.
  func claimedMilligrams(in bytes: RawSpan) throws(Refusal) -> Int64? {
    guard tokens.has(.claimedGrams) else { return nil }
    return Int64(try decimal(.claimedGrams, .init(beforePoint: 12, afterPoint: 6), in: bytes) / 1000)
  }

  /// A whole number from 0 to 9223372036854775807: as a number in any notation, or as a string of digits.
  func sequence(in bytes: RawSpan) throws(Refusal) -> Int64? {
    guard tokens.has(.sequence) else { return nil }
    let value = try decimal(.sequence, .init(beforePoint: 19, afterPoint: 0), in: bytes)
    guard let sequence = Int64(exactly: value) else {
      throw misfit(.sequence, .tooManyDigitsBeforePoint, in: bytes)
    }
    return sequence
  }

  private func decimal(
    _ field: ActivityField, _ bounds: ExactDecimal.Bounds, in bytes: RawSpan
  ) throws(Refusal) -> UInt64 {
    let token = tokens[field]
    guard token.kind == .number || token.kind == .string else {
      throw Refusal(
        .wrongType, "field \"\(field.name)\": expected a number or a string of digits, found \(token.kind.noun)")
    }
    let unescaped = token.isEscaped ? token.unescaped(in: bytes) : []
    let text = token.isEscaped ? unescaped.span.bytes : bytes.extracting(token.range)
    do throws(ExactDecimal.Misfit) {
      guard token.kind == .string else { return try ExactDecimal.read(number: text, bounds) }
      // A string has no other notation to excuse a point: "5.0" is no string of digits for a whole number.
      if bounds.afterPoint == 0, text.contains(UInt8(ascii: ".")) { throw .notDecimal }
      return try ExactDecimal.read(text: text, bounds)
    } catch {
      throw misfit(field, error, in: bytes)
    }
  }

  private func misfit(_ field: ActivityField, _ misfit: ExactDecimal.Misfit, in bytes: RawSpan) -> Refusal {
    let value = excerpt(field, in: bytes)
    switch (field, misfit) {
    case (.quantity, .negative):
      return Refusal(.quantityNotPositive, "field \"quantity\": \(value) is not above 0")
    case (.quantity, .tooManyDigitsBeforePoint):
      return Refusal(.quantityOutOfRange, "field \"quantity\": \(value) has more than 12 digits before the point")
    case (.quantity, .tooManyDigitsAfterPoint):
      return Refusal(.quantityOutOfRange, "field \"quantity\": \(value) has more than 6 digits after the point")
    case (.sequence, _):
      return invalid(field, "\(value) is not a whole number from 0 to \(Int64.max)")
    case (_, .notDecimal):
      return invalid(field, "\(value) is not a string of decimal digits, such as \"5\" or \"0.25\"")
    case (_, .negative):
      return invalid(field, "\(value) is below 0")
    case (_, .tooManyDigitsBeforePoint):
      return invalid(field, "\(value) has more than 12 digits before the point")
    case (_, .tooManyDigitsAfterPoint):
      return invalid(field, "\(value) has more than 6 digits after the point")
    }
  }
}
