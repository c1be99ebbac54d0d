import CarbonInclusion

extension JobReader {
  private static let mostReasonCharacters = 500
  private static let mostNameCharacters = 64
  private static let mostCodeCharacters = 128

  /// 1 to 64 printable ASCII characters. Messages never quote an identifier: it may be personal.
  func identifier(_ field: JobField, for kind: JobKind?, in bytes: RawSpan) throws(JobError) -> String {
    let text = try text(field, for: kind, in: bytes)
    for (index, byte) in text.utf8.enumerated() where !(0x20...0x7E).contains(byte) {
      throw invalid(field, "byte \(index + 1) of it is not printable ASCII")
    }
    guard !text.isEmpty else { throw invalid(field, "is empty") }
    guard text.utf8.count <= 64 else {
      throw invalid(field, "has \(text.utf8.count) characters, at most 64 are allowed")
    }
    return text
  }

  /// An identifier that can be part of the name of a key: braces would choose its slot in Redis Cluster.
  func jobID(_ field: JobField, for kind: JobKind?, in bytes: RawSpan) throws(JobError) -> String {
    let id = try identifier(field, for: kind, in: bytes)
    guard !id.utf8.contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") }) else {
      throw invalid(field, "has a brace, which ids of jobs may not have")
    }
    return id
  }

  func code(_ field: JobField, for kind: JobKind, in bytes: RawSpan) throws(JobError) -> String {
    let text = try text(field, for: kind, in: bytes)
    guard text.utf8.span.bytes.isCode else {
      throw invalid(
        field, "\(tokens[field].excerpt(in: bytes)) is not a code: 2 to 40 of a-z, 0-9 and -, not - first")
    }
    return text
  }

  func reason(for kind: JobKind, in bytes: RawSpan) throws(JobError) -> String {
    try line(text(.reason, for: kind, in: bytes), atMost: Self.mostReasonCharacters, .reason)
  }

  func optionalReason(for kind: JobKind, in bytes: RawSpan) throws(JobError) -> String? {
    tokens.has(.reason) ? try reason(for: kind, in: bytes) : nil
  }

  /// How a resident wants to be called.
  func displayName(in bytes: RawSpan) throws(JobError) -> String? {
    guard tokens.has(.name) else { return nil }
    return try line(text(.name, for: .certificate, in: bytes), atMost: Self.mostNameCharacters, .name)
  }

  func day(_ field: JobField, in bytes: RawSpan) throws(JobError) -> Day? {
    guard tokens.has(field) else { return nil }
    guard let day = Day(try text(field, for: .statement, in: bytes)) else {
      throw invalid(field, "\(tokens[field].excerpt(in: bytes)) is no date; dates are written 2022-11-01")
    }
    return day
  }

  func codes(in bytes: RawSpan) throws(JobError) -> [String] {
    let token = tokens[.codes]
    guard token.kind == .array, let elements = try? JSONScanner.elements(of: token, in: bytes) else {
      throw invalid(.codes, "expected an array of strings, found \(token.kind.noun)")
    }
    guard (1...JobDecoder.maxCodes).contains(elements.count) else {
      throw invalid(.codes, "has \(elements.count) codes, 1 to \(JobDecoder.maxCodes) are allowed")
    }
    var places: [[UInt8]: Int] = [:]
    var codes: [String] = []
    for (index, element) in elements.enumerated() {
      guard element.kind == .string else {
        throw invalid(.codes, "code \(index + 1): expected a string, found \(element.kind.noun)")
      }
      let code = try line(element.text(in: bytes), atMost: Self.mostCodeCharacters, .codes, "code \(index + 1) ")
      // By bytes: two codes that only look the same are two codes.
      if let place = places.updateValue(index + 1, forKey: Array(code.utf8)) {
        throw invalid(.codes, "codes \(place) and \(index + 1) are the same")
      }
      codes.append(code)
    }
    return codes
  }

  /// A whole number of at most 12 digits, in any notation as a number, or as a string of digits.
  func whole(
    _ field: JobField, for kind: JobKind, otherwise allowed: String, in bytes: RawSpan
  ) throws(JobError) -> Int64 {
    let token = tokens[field]
    guard token.kind != .absent else { throw missing(field, for: kind) }
    guard token.kind == .number || token.kind == .string else {
      throw invalid(field, "expected a number or a string of digits, found \(token.kind.noun)")
    }
    let text = token.isEscaped ? token.unescaped(in: bytes) : bytes.extracting(token.range).copied()
    let isNegative = text.first == UInt8(ascii: "-")
    let digits = Array(isNegative ? text[1...] : text[...])
    let bounds = ExactDecimal.Bounds(beforePoint: 12, afterPoint: 0)
    let isPlain = !digits.isEmpty && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard token.kind == .number || isPlain,
      let magnitude = try? ExactDecimal.read(number: digits.span.bytes, bounds), let value = Int64(exactly: magnitude)
    else { throw invalid(field, "\(token.excerpt(in: bytes)) \(allowed)") }
    return isNegative ? -value : value
  }

  /// What a required string field means.
  func text(_ field: JobField, for kind: JobKind?, in bytes: RawSpan) throws(JobError) -> String {
    let token = tokens[field]
    guard token.kind != .absent else { throw missing(field, for: kind) }
    guard token.kind == .string else { throw invalid(field, "expected a string, found \(token.kind.noun)") }
    return token.text(in: bytes)
  }

  func invalid(_ field: JobField, _ problem: String) -> JobError {
    JobError(.invalidField, "field \"\(field.rawValue)\": \(problem)")
  }

  func missing(_ field: JobField, for kind: JobKind?) -> JobError {
    let purpose = kind.map { " for \($0.rawValue)" } ?? ""
    let near = tokens.unknownNames.first { Suggestion.nearest(to: $0, among: [field.rawValue]) != nil }
    let guess = near.map { "; is it \"\($0)\"?" } ?? ""
    return JobError(.missingField, "field \"\(field.rawValue)\": required\(purpose), but missing\(guess)")
  }

  /// One line of text for people. Characters are Unicode scalars.
  private func line(
    _ text: String, atMost most: Int, _ field: JobField, _ which: String = ""
  ) throws(JobError) -> String {
    let characters = text.unicodeScalars.count
    guard characters > 0 else { throw invalid(field, "\(which)is empty") }
    guard characters <= most else {
      throw invalid(field, "\(which)has \(characters) characters, at most \(most) are allowed")
    }
    if let place = text.unicodeScalars.enumerated().first(where: { !$0.element.isPrintable })?.offset {
      throw invalid(field, "\(which)has a control character at \(place + 1)")
    }
    guard !text.allSatisfy(\.isWhitespace) else { throw invalid(field, "\(which)is blank") }
    return text
  }
}

extension JSONToken {
  /// What a scanned string means.
  fileprivate func text(in bytes: RawSpan) -> String {
    String(decoding: isEscaped ? unescaped(in: bytes) : bytes.extracting(range).copied(), as: UTF8.self)
  }
}
