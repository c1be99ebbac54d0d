import CarbonInclusion

extension ActivityReader {
  func requireString(_ field: ActivityField) throws(Refusal) {
    let kind = tokens[field].kind
    guard kind != .string else { return }
    guard kind != .absent else { throw missing(field) }
    throw Refusal(.wrongType, "field \"\(field.name)\": expected a string, found \(kind.noun)")
  }

  /// A reversal takes back a whole activity: what it was is not said again.
  func requireNoReversal(_ field: ActivityField) throws(Refusal) {
    guard tokens.has(field), tokens.has(.reverses) else { return }
    throw Refusal(.reversalWithBehaviour, "field \"\(field.name)\": not allowed together with reverses")
  }

  func missing(_ field: ActivityField) -> Refusal {
    let hint = field == .behaviour ? ", as is reverses" : ""
    return Refusal(.missingField, "field \"\(field.name)\": required, but missing\(hint)")
  }

  func invalid(_ field: ActivityField, _ problem: String) -> Refusal {
    Refusal(.invalidValue, "field \"\(field.name)\": \(problem)")
  }

  func refusal(of repetition: ActivityTokens.Repetition, in bytes: RawSpan) -> Refusal {
    let name = repetition.name.excerpt(in: bytes)
    return Refusal(.duplicateField, "byte \(repetition.name.range.lowerBound - 1): field \(name) stands twice")
  }

  /// A value as it stands in the message, cut where it is long.
  func excerpt(_ field: ActivityField, in bytes: RawSpan) -> String { tokens[field].excerpt(in: bytes) }

  /// Hands over what a string field means, unescaped only if need be.
  func withText<Value>(
    _ field: ActivityField, in bytes: RawSpan, _ read: (RawSpan) throws(Refusal) -> Value
  ) throws(Refusal) -> Value {
    let token = tokens[field]
    guard token.isEscaped else { return try read(bytes.extracting(token.range)) }
    let unescaped = token.unescaped(in: bytes)
    return try read(unescaped.span.bytes)
  }
}
