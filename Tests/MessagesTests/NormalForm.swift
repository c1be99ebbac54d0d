import CarbonInclusion
import Messages

/// What this code makes of a message, in the oracle's words.
enum NormalForm {
  static func json(_ message: [UInt8]) -> String {
    do throws(JSONFault) {
      return try scanned(message.span.bytes)
    } catch {
      return error.kind == .tooLarge ? "too_large" : "refused"
    }
  }

  private static func scanned(_ bytes: RawSpan) throws(JSONFault) -> String {
    var scanner = JSONScanner()
    var parts = ["\(try scanner.open(bytes))"]
    if parts == ["object"] {
      while let name = try scanner.nextName(in: bytes) {
        let value = try scanner.value(in: bytes)
        var text: [UInt8] = []
        if value.kind == .string {
          text = value.unescaped(in: bytes)
        } else if value.kind == .number {
          text = bytes.extracting(value.range).withUnsafeBytes { Array($0) }
        }
        parts.append("\(hexadecimal(name.unescaped(in: bytes))):\(value.kind):\(hexadecimal(text))")
      }
    }
    try scanner.finish(bytes)
    return parts.joined(separator: " ")
  }

  static func activity(_ message: [UInt8]) -> String {
    switch ActivityDecoder.decode(message) {
    case .activity(let activity):
      return (["activity"] + values(of: activity)).joined(separator: " ")
    case .refused(let refusal, let id, let resident):
      return ["refused", refusal.reason.rawValue, field(at: refusal.detail), text(id), text(resident)]
        .joined(separator: " ")
    }
  }

  private static func values(of activity: Activity) -> [String] {
    var behaviour: String?
    var quantity: Quantity?
    var unit: MeasureUnit?
    var reverses: String?
    switch activity.report {
    case .act(let code, let amount, let measure): (behaviour, quantity, unit) = (code, amount, measure)
    case .reversal(let original): reverses = original
    }
    return [
      text(activity.id), text(activity.resident), text(behaviour), number(quantity?.millionths), text(unit?.rawValue),
      number(activity.endedAt.microseconds), number(activity.startedAt?.microseconds),
      number(activity.region.map { Int64($0.code) }), text(activity.evidence), number(activity.claimedMilligrams),
      number(activity.sequence), text(reverses), "\(ContentDigest.of(activity))",
      "\(ShardMap.shard(ofResident: activity.resident))",
    ]
  }

  private static func text(_ value: String?) -> String { value.map { hexadecimal($0.utf8) } ?? "-" }

  private static func number(_ value: Int64?) -> String { value.map(String.init) ?? "-" }

  /// The field that a detail begins with: `field "quantity": …`.
  private static func field(at detail: String) -> String {
    guard detail.hasPrefix("field \"") else { return "-" }
    return String(detail.dropFirst(7).prefix { $0 != "\"" })
  }
}
