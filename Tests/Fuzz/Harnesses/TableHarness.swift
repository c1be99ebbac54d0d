import CarbonInclusion
import Feeding
import Messages

/// A file of a partner, CSV or JSON lines: any bytes, cut anywhere.
///
/// The first byte says how long the chunks are, the second how the file is read.
enum TableHarness {
  @Sendable static func run(_ bytes: [UInt8]) throws {
    guard bytes.count >= 2 else { return }
    let content = Array(bytes[2...])
    let whole = read(content, chunkBytes: .max, how: bytes[1])
    let cut = read(content, chunkBytes: max(1, Int(bytes[0])), how: bytes[1])
    try promise(whole == cut, "read whole: \(whole)\nread in chunks of \(bytes[0]) bytes: \(cut)")
    guard bytes[1] & 3 == 0, String(validating: content, as: UTF8.self) != nil else { return }
    for case .message(let message) in whole.records { try checkJSON(message) }
  }

  /// What a file became.
  private struct Reading: Equatable {
    var records: [MessageReader.Record] = []
    var fault: String?
    var timesWithoutZone = 0
  }

  private static func read(_ bytes: [UInt8], chunkBytes: Int, how: UInt8) -> Reading {
    var reader = reader(how)
    var reading = Reading()
    do throws(MessageReader.Fault) {
      var rest = bytes[...]
      while !rest.isEmpty {
        reader.append(Array(rest.prefix(chunkBytes)))
        rest = rest.dropFirst(chunkBytes)
        while let record = try reader.next() { reading.records.append(record) }
      }
      reader.finish()
      while let record = try reader.next() { reading.records.append(record) }
    } catch {
      reading.fault = error.description
    }
    reading.timesWithoutZone = reader.timesWithoutZone
    return reading
  }

  private static func reader(_ how: UInt8) -> MessageReader {
    let formats: [MessageReader.Format?] = [.csv, .jsonl, nil, nil]
    // A zone whose clocks go forward and back every hundred days.
    let summer = ZoneRule.varying { $0 / 8_640_000 % 2 == 0 ? 3600 : 7200 }
    let zones: [ZoneRule?] = [nil, .fixed(28_800), .fixed(29_143), summer]
    let isBare = how & 16 != 0
    return MessageReader(
      format: formats[Int(how & 3)], maps: isBare ? [] : ["id=trip", "ended_at=end", "started_at=start"],
      sets: isBare ? [] : ["behaviour=shared-bike-ride", "unit=km", "resident=r-1"], zone: zones[Int(how >> 2 & 3)])
  }

  /// The fleet may refuse what the file says, but not how it is written.
  private static func checkJSON(_ message: [UInt8]) throws {
    guard case .refused(let refusal, _, _) = ActivityDecoder.decode(message) else { return }
    let isText = refusal.reason != .malformedJSON && refusal.reason != .notAnObject
    try promise(isText, "\(refusal.detail) in \(String(decoding: message, as: UTF8.self))")
  }
}
