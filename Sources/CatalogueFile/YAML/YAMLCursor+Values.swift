internal import CarbonInclusion

extension YAMLCursor {
  /// A line of text for people: no control characters, which would reach terminals and certificates.
  func text() -> String? {
    guard let text = scalar("a text") else { return nil }
    guard !text.allSatisfy(\.isWhitespace) else {
      fault("is a text of nothing but blanks")
      return nil
    }
    let isControl: (Unicode.Scalar) -> Bool = { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }
    guard !text.unicodeScalars.contains(where: isControl) else {
      fault("has to be one line without control characters")
      return nil
    }
    return text
  }

  /// `{zh: 骑行, en: Cycling}`.
  func name() -> Catalogue.Name? {
    guard let fields = mapping(keys: ["zh", "en"]) else { return nil }
    let chinese = fields.required("zh")?.text()
    let english = fields.required("en")?.text()
    guard let chinese, let english else { return nil }
    return Catalogue.Name(chinese: chinese, english: english)
  }

  /// A date such as `2022-09-18`.
  func day() -> Day? {
    guard let text = scalar("a date such as 2022-09-18") else { return nil }
    guard let day = Day(text) else {
      fault("\"\(text)\" is no date; dates are written 2022-09-18")
      return nil
    }
    return day
  }

  /// `{from: 2022-09-18, to: 2024-08-31}`, both days included; without `to` it has no end.
  func validity() -> Catalogue.Validity? {
    guard let fields = mapping(keys: ["from", "to"]) else { return nil }
    let from = fields.required("from")?.day()
    let end = fields.optional("to")
    let to = end?.day()
    guard let from, end == nil || to != nil else { return nil }
    if let end, let to, to < from {
      end.fault("ends on \(to), before it begins on \(from)")
      return nil
    }
    return Catalogue.Validity(from: from, to: to)
  }

  /// An exact decimal, not negative.
  ///
  /// - Parameters:
  ///   - places: The most digits behind the point, up to 6.
  ///   - zero: Whether zero is allowed.
  func decimal(places: Int = 6, zero: Bool = false) -> Quantity? {
    guard let text = scalar("a decimal such as 45.72") else { return nil }
    let behindPoint = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).dropFirst().first
    if let behindPoint, behindPoint.count > places, behindPoint.allSatisfy(\.isWholeNumber) {
      fault("\(text) has \(behindPoint.count) decimal places; at most \(places) are kept here")
      return nil
    }
    guard let quantity = Quantity(decimal: text) else {
      fault("\"\(text)\" is no plain decimal: up to 12 digits, a point and up to \(places) digits, such as 45.72")
      return nil
    }
    guard zero || quantity > .zero else {
      fault("has to be more than 0")
      return nil
    }
    return quantity
  }

  /// A whole number of at least 1.
  func count() -> Int64? {
    guard let text = scalar("a whole number") else { return nil }
    guard (1...12).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let number = Int64(text), number > 0
    else {
      fault("\"\(text)\" is no whole number of at least 1")
      return nil
    }
    return number
  }

  /// A whole number within bounds.
  func whole(_ bounds: ClosedRange<Int64>) -> Int64? {
    guard let text = scalar("a whole number") else { return nil }
    guard (1...12).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let number = Int64(text), bounds.contains(number)
    else {
      fault("\"\(text)\" is no whole number from \(bounds.lowerBound) to \(bounds.upperBound)")
      return nil
    }
    return number
  }

  /// `true` or `false`, and no other spelling: whether `no` is a word or a truth is the best known trap of YAML.
  func boolean() -> Bool? {
    guard let text = scalar("true or false") else { return nil }
    guard let value = ["true": true, "false": false][text] else {
      fault("\"\(text)\" is neither true nor false")
      return nil
    }
    return value
  }

  /// A length of time in seconds, written as `31 days`.
  func seconds() -> Int64? {
    guard let text = scalar("a length of time such as 5 minutes") else { return nil }
    guard let span = SpanOfTime(text) else {
      fault("\"\(text)\" is no length of time up to ten years; write 31 days, 24 hours, 5 minutes or 60 seconds")
      return nil
    }
    return span.seconds
  }

  /// A length of time of at least a second.
  func positiveSeconds() -> Int64? {
    guard let seconds = seconds() else { return nil }
    guard seconds > 0 else {
      fault("has to be more than 0")
      return nil
    }
    return seconds
  }

  /// A length of time in whole days.
  func days() -> Int? {
    guard let seconds = seconds() else { return nil }
    guard seconds > 0, seconds % 86_400 == 0 else {
      fault("has to be whole days, at least one")
      return nil
    }
    return Int(seconds / 86_400)
  }

  /// A unit that the platform can convert.
  func unit() -> MeasureUnit? { choice("unit") }

  /// A GB/T 2260 code.
  func region() -> Region? {
    guard let text = scalar("a region code of six digits") else { return nil }
    guard let region = Region(text) else {
      fault("\"\(text)\" is no region code of six digits (GB/T 2260), such as 140100")
      return nil
    }
    return region
  }

  /// One of a closed list of words.
  func choice<Choice: RawRepresentable<String> & CaseIterable>(_ noun: String) -> Choice? {
    guard let text = scalar("a \(noun)") else { return nil }
    guard let choice = Choice(rawValue: text) else {
      fault("there is no \(noun) \"\(text)\"" + Suggestion.tail(for: text, among: Choice.allCases.map(\.rawValue)))
      return nil
    }
    return choice
  }
}
