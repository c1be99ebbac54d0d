import CarbonInclusion
import Ledger

/// Dead letters for people.
enum DeadLetterText {
  static func table(_ letters: [DeadLetter], offset: Int) -> Table {
    var table = Table(["name", "buried", "stage", "state", "id", "outcome", "detail"].map { .init(title: $0) })
    table.rows = letters.map { letter in
      [
        "\(letter.name)", letter.buriedAt.formatted(utcOffsetSeconds: offset), letter.stage.rawValue,
        letter.state.rawValue, shown(letter.activityID ?? ""), outcome(letter.outcome, letter.reason),
        shown(letter.detail ?? ""),
      ]
    }
    return table
  }

  static func page(_ letter: DeadLetter, offset: Int) -> String {
    var lines = [
      ("name", "\(letter.name)"), ("partner", letter.name.partner), ("id", letter.activityID.map(shown) ?? "unknown"),
      ("resident", letter.resident.map(shown) ?? "unknown"),
      ("position", "\(letter.name.position) in life \(letter.name.incarnation) of the inbox"),
      ("died in", letter.stage.rawValue), ("state", letter.state.rawValue),
      ("outcome", outcome(letter.outcome, letter.reason)), ("detail", letter.detail.map(shown) ?? ""),
      ("buried", "\(letter.buriedAt.formatted(utcOffsetSeconds: offset)), \(times(letter.burials))"),
      (
        "changed",
        letter.changedAt.formatted(utcOffsetSeconds: offset)
          + (letter.changedBy.map { ", last asked for by \(shown($0))" } ?? "")
      ),
    ]
    lines += letter.attempts.split(separator: "\n").map { ("attempts", shown(String($0))) }
    lines.append(("content", "\(letter.key.refused.content)"))
    lines.append(("payload", letter.payload.map(payload) ?? "gone: payloads of closed letters expire"))
    return lines.map { $0.0 + String(repeating: " ", count: 10 - $0.0.utf8.count) + $0.1 }.joined(separator: "\n")
  }

  static func outcome(_ outcome: String, _ reason: String?) -> String { outcome + (reason.map { " \($0)" } ?? "") }

  static func times(_ count: Int32) -> String { count == 1 ? "once" : "\(count) times" }

  /// Text as it is, other bytes as `\xNN`.
  static func payload(_ bytes: [UInt8]) -> String {
    let count = "\(Amounts.count(Int64(bytes.count))) bytes"
    if let text = String(validating: bytes, as: UTF8.self) { return "\(count), UTF-8\n\(shown(text))" }
    let escaped = bytes.map { byte in
      (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\\")
        ? String(UnicodeScalar(byte)) : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return "\(count), no UTF-8, escaped\n\(escaped.joined())"
  }

  /// What came from outside must not command the terminal.
  static func shown(_ text: String) -> String {
    var shown = ""
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator:
        shown += "\\u{" + String(scalar.value, radix: 16) + "}"
      default: shown.unicodeScalars.append(scalar)
      }
    }
    return shown
  }
}

/// Dead letters for programs.
enum DeadLetterJSON {
  static func object(_ letter: DeadLetter, withPayload: Bool) -> JSON {
    var fields: [(String, JSON)] = [
      ("name", .string("\(letter.name)")), ("partner", .string(letter.name.partner)),
      ("activity_id", .optional(letter.activityID)), ("resident", .optional(letter.resident)),
      ("stage", .string(letter.stage.rawValue)), ("state", .string(letter.state.rawValue)),
      ("outcome", .string(letter.outcome)), ("reason", .optional(letter.reason)), ("detail", .optional(letter.detail)),
      ("burials", .integer(Int64(letter.burials))),
      ("attempts", .array(letter.attempts.split(separator: "\n").map { .string(String($0)) })),
      ("buried_at", .string(letter.buriedAt.formatted(utcOffsetSeconds: 0))),
      ("changed_at", .string(letter.changedAt.formatted(utcOffsetSeconds: 0))),
      ("changed_by", .optional(letter.changedBy)), ("shard", .integer(Int64(letter.key.shard))),
      ("incarnation", .integer(letter.name.incarnation)), ("position", .integer(letter.name.position)),
      ("content", .string("\(letter.key.refused.content)")),
    ]
    if withPayload {
      fields.append(("payload", .optional(letter.payload.flatMap { String(validating: $0, as: UTF8.self) })))
      fields.append(("payload_hex", .optional(letter.payload.map(hexadecimal))))
    }
    return .object(fields)
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
