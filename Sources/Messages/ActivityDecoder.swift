import CarbonInclusion

/// Turns one element of a partner's list into an activity, or into a refusal that says what to mend.
///
/// Judges form only, and always the same way: the first fault in the order *JSON, repeated names, fields in the
/// contract's order* is the one reported. Decided where the contract is silent:
/// - Unknown fields are checked as JSON and otherwise ignored; a name may not stand twice in the message's own object.
/// - `null` is the wrong type for a required field and the same as absence for an optional one.
/// - Printable ASCII includes the space (0x20...0x7E). Evidence may be any Unicode but control characters.
/// - `claimed_g` is floored to milligrams; a fraction of a second beyond microseconds likewise.
/// - A reversal with a behaviour, a quantity or a unit is refused at the first of these.
package enum ActivityDecoder {
  /// Decodes one message of at most `JSONScanner.maxBytes`. Never fails: a refusal is a result.
  package static func decode(_ bytes: RawSpan) -> DecodedMessage {
    let tokens: ActivityTokens
    do throws(JSONFault) {
      tokens = try ActivityTokens(bytes)
    } catch {
      let refusal =
        error.kind == .tooLarge
        ? Refusal(.messageTooLarge, error.problem) : Refusal(.malformedJSON, error.description)
      return .refused(refusal, id: nil, resident: nil)
    }
    guard tokens.kind == .object else {
      let refusal = Refusal(.notAnObject, "expected a JSON object, found \(tokens.kind.noun)")
      return .refused(refusal, id: nil, resident: nil)
    }
    let reader = ActivityReader(tokens: tokens)
    do throws(Refusal) {
      return .activity(try reader.activity(in: bytes))
    } catch {
      return .refused(
        error, id: reader.readable(.id, in: bytes), resident: reader.readable(.resident, in: bytes))
    }
  }

  /// The partner's own counter in a message that was refused: where it is a whole JSON object in which `seq` stands
  /// once and is valid. So a refused message is not taken for a lost one.
  package static func sequence(ofRefused bytes: RawSpan) -> Int64? {
    guard let tokens = try? ActivityTokens(bytes), tokens.kind == .object, !tokens.isRepeated(.sequence) else {
      return nil
    }
    return try? ActivityReader(tokens: tokens).sequence(in: bytes)
  }

  /// The same for bytes in an array.
  package static func decode(_ bytes: [UInt8]) -> DecodedMessage { decode(bytes.span.bytes) }
}

extension JSONToken.Kind {
  /// For sentences: "found a number".
  var noun: String {
    switch self {
    case .absent: "nothing"
    case .null: "null"
    case .boolean: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}
