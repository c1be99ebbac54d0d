/// Makes one activity message from each row of a table.
///
/// A field is filled by a constant, by the column that is named for it, or else by the column of its own name. Empty
/// cells are left out. Every value is written as a JSON string, so that no number loses a digit. What cannot be
/// converted is passed on as it is: the fleet refuses it, with a reason that its sender can read.
package struct MessageMapping: Sendable {
  private enum Filling: Sendable {
    case constant([UInt8])
    case column(Int)
  }

  private let fillings: [(field: ActivityColumn, filling: Filling)]
  private let zone: ZoneRule?

  /// How many times were passed on without an offset, because none was given: each will be refused.
  package private(set) var timesWithoutZone = 0

  /// - Parameters:
  ///   - header: the names of the columns.
  ///   - maps: `field=column` each.
  ///   - sets: `field=constant` each.
  ///   - zone: where times without an offset were read off a clock.
  /// - Throws: `MappingFault`, also where no row could ever become a valid message.
  package init(header: [String], maps: [String], sets: [String], zone: ZoneRule?) throws(MappingFault) {
    var chosen: [ActivityColumn: Filling] = [:]
    for text in sets {
      let (field, value) = try Self.assignment(text)
      guard chosen.updateValue(.constant(Array(value.utf8)), forKey: field) == nil else {
        throw .filledTwice(field: field.rawValue)
      }
    }
    for text in maps {
      let (field, name) = try Self.assignment(text)
      guard let column = try Self.column(name, in: header) else {
        throw .noSuchColumn(name, field: field.rawValue, columns: header)
      }
      guard chosen.updateValue(.column(column), forKey: field) == nil else {
        throw .filledTwice(field: field.rawValue)
      }
    }
    for field in ActivityColumn.allCases where chosen[field] == nil {
      if let column = try Self.column(field.rawValue, in: header) { chosen[field] = .column(column) }
    }
    for field in [ActivityColumn.id, .resident, .endedAt] where chosen[field] == nil {
      throw .nothingFor(field: field.rawValue, columns: header)
    }
    guard chosen[.behaviour] != nil || chosen[.reverses] != nil else {
      throw .nothingFor(field: ActivityColumn.behaviour.rawValue, columns: header)
    }
    fillings = ActivityColumn.allCases.compactMap { field in chosen[field].map { (field, $0) } }
    self.zone = zone
  }

  /// The message of one row, as JSON.
  package mutating func message(_ row: CSVRow) -> [UInt8] {
    var message: [UInt8] = []
    message.reserveCapacity(320)
    for (field, filling) in fillings {
      let value =
        switch filling {
        case .constant(let bytes): bytes[...]
        case .column(let index): row[index]
        }
      guard !value.isEmpty else { continue }
      message.append(message.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
      message.appendJSONString(field.rawValue.utf8)
      message.append(UInt8(ascii: ":"))
      message.appendJSONString(field.isTime ? time(value) : value)
    }
    if message.isEmpty { message.append(UInt8(ascii: "{")) }
    message.append(UInt8(ascii: "}"))
    return message
  }

  private mutating func time(_ cell: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let written = WrittenTime(cell) else { return cell }
    guard let offset = written.offset ?? zone?.offset(ofLocal: written.local) else {
      timesWithoutZone += 1
      return cell
    }
    return written.formatted(utcOffsetSeconds: offset)?[...] ?? cell
  }

  private static func assignment(_ text: String) throws(MappingFault) -> (ActivityColumn, String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[1].isEmpty else { throw .notAnAssignment(text) }
    guard let field = ActivityColumn(rawValue: String(parts[0])) else { throw .unknownField(String(parts[0])) }
    return (field, String(parts[1]))
  }

  private static func column(_ name: String, in header: [String]) throws(MappingFault) -> Int? {
    guard let first = header.firstIndex(of: name) else { return nil }
    guard header.lastIndex(of: name) == first else { throw .ambiguousColumn(name) }
    return first
  }
}
