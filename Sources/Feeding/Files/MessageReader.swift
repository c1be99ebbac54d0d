/// Reads the messages of a file, CSV or JSON lines, from chunks cut anywhere.
package struct MessageReader: Sendable {
  package enum Format: String, Sendable, CaseIterable {
    case csv, jsonl
  }

  /// One row or line, whether it became a message or not.
  package enum Record: Sendable, Equatable {
    case message([UInt8])
    /// It cannot become a message; those behind it can.
    case skipped(CSVFault)
  }

  /// Why no message behind this point can be read.
  package enum Fault: Error, Sendable, Equatable {
    case csv(CSVFault)
    case line(LineReader.TooLong)
    case mapping(MappingFault)
    /// The file begins with `[`.
    case jsonArray
    /// Columns were named for JSON lines, which have none.
    case mappingOfJSON
    /// There is not even a header.
    case empty
  }

  private enum Stage {
    case undetected
    case csv(CSVReader)
    case jsonl(LineReader)
  }

  private let wanted: Format?
  private let maps: [String]
  private let sets: [String]
  private let zone: ZoneRule?
  private var mapping: MessageMapping?
  private var stage = Stage.undetected
  private var held: [UInt8] = []
  private var isFinished = false

  /// - Parameter format: `nil` to tell by the first byte: JSON lines begin with `{`.
  package init(format: Format?, maps: [String], sets: [String], zone: ZoneRule?) {
    wanted = format
    self.maps = maps
    self.sets = sets
    self.zone = zone
  }

  /// How many times were passed on without an offset, because none was given.
  package var timesWithoutZone: Int { mapping?.timesWithoutZone ?? 0 }

  /// Adds bytes of the file.
  package mutating func append(_ bytes: [UInt8]) {
    switch stage {
    case .undetected: held += bytes
    case .csv(var reader):
      stage = .undetected
      reader.append(bytes)
      stage = .csv(reader)
    case .jsonl(var reader):
      stage = .undetected
      reader.append(bytes)
      stage = .jsonl(reader)
    }
  }

  /// Says that the file has ended.
  package mutating func finish() {
    isFinished = true
    switch stage {
    case .undetected: break
    case .csv(var reader):
      reader.finish()
      stage = .csv(reader)
    case .jsonl(var reader):
      reader.finish()
      stage = .jsonl(reader)
    }
  }

  /// The next row or line; `nil` when more bytes are needed, or after `finish()`, at the end.
  package mutating func next() throws(Fault) -> Record? {
    if case .undetected = stage {
      guard try detect() else { return nil }
    }
    switch stage {
    case .undetected: return nil
    case .csv(var reader):
      // Taken out while it changes, or its buffers would be copied.
      stage = .undetected
      defer { stage = .csv(reader) }
      return try nextRow(&reader)
    case .jsonl(var reader):
      stage = .undetected
      defer { stage = .jsonl(reader) }
      do throws(LineReader.TooLong) {
        return try reader.next().map { .message($0) }
      } catch {
        throw .line(error)
      }
    }
  }

  private mutating func nextRow(_ reader: inout CSVReader) throws(Fault) -> Record? {
    if mapping == nil {
      guard let header = try Self.row(&reader) else {
        guard !isFinished else { throw .empty }
        return nil
      }
      reader.columns = header.count
      do throws(MappingFault) {
        mapping = try MessageMapping(
          header: (0..<header.count).map { header.text($0) }, maps: maps, sets: sets, zone: zone)
      } catch {
        throw .mapping(error)
      }
    }
    do throws(Fault) {
      guard let row = try Self.row(&reader) else { return nil }
      return (mapping?.message(row)).map { .message($0) }
    } catch {
      guard case .csv(let fault) = error, !fault.endsReading else { throw error }
      return .skipped(fault)
    }
  }

  private static func row(_ reader: inout CSVReader) throws(Fault) -> CSVRow? {
    do throws(CSVFault) {
      return try reader.next()
    } catch {
      throw .csv(error)
    }
  }

  /// Whether the format is known now.
  private mutating func detect() throws(Fault) -> Bool {
    var known = wanted
    if known == nil { known = try formatByFirstByte() }
    guard let format = known else {
      guard !isFinished else { throw .empty }
      return false
    }
    switch format {
    case .csv:
      var reader = CSVReader()
      reader.append(held)
      if isFinished { reader.finish() }
      stage = .csv(reader)
    case .jsonl:
      guard maps.isEmpty, sets.isEmpty, zone == nil else { throw .mappingOfJSON }
      var reader = LineReader()
      reader.append(held)
      if isFinished { reader.finish() }
      stage = .jsonl(reader)
    }
    held = []
    return true
  }

  private func formatByFirstByte() throws(Fault) -> Format? {
    // A byte order mark and empty lines say nothing.
    let silent: [UInt8] = [0xEF, 0xBB, 0xBF, 0x20, 0x09, 0x0A, 0x0D]
    switch held.first(where: { !silent.contains($0) }) {
    case nil: return nil
    case UInt8(ascii: "{"): return .jsonl
    case UInt8(ascii: "["): throw .jsonArray
    default: return .csv
    }
  }
}

extension MessageReader.Fault: CustomStringConvertible {
  package var description: String {
    switch self {
    case .csv(let fault): fault.description
    case .line(let fault): fault.description
    case .mapping(let fault): fault.description
    case .jsonArray: "it is a JSON array; write one object a line"
    case .mappingOfJSON: "--map, --set and --time-zone are for CSV; lines of JSON are passed on as they are"
    case .empty: "it is empty"
    }
  }
}
