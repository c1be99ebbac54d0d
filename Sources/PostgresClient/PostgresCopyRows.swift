/// Rows in the binary form of COPY, built in one buffer: the fastest way of many rows into a table.
///
/// The types must be exactly those of the table's columns, since COPY converts nothing. Begin a row with the number of
/// its columns, then write that many values; `PostgresConnection.copy` refuses rows that are not complete.
package struct PostgresCopyRows: Sendable {
  private(set) var buffer: BinaryBuffer
  /// Values still to come in the row begun last; negative once a row got too many.
  private var missing = 0
  private var isMalformed = false
  package private(set) var rowCount = 0

  package init(reservingBytes: Int = 0) { buffer = BinaryBuffer(reservingBytes: reservingBytes) }

  package var byteCount: Int { buffer.count }

  /// Begins empty again, in the same memory.
  package mutating func removeAll() {
    buffer.removeAll()
    missing = 0
    isMalformed = false
    rowCount = 0
  }

  package mutating func beginRow(columns: Int16) {
    if missing != 0 { isMalformed = true }
    missing = Int(columns)
    rowCount += 1
    buffer.append(columns)
  }

  package mutating func write(_ value: Int16) {
    missing -= 1
    buffer.appendField(value)
  }

  package mutating func write(_ value: Int32) {
    missing -= 1
    buffer.appendField(value)
  }

  package mutating func write(_ value: Int64) {
    missing -= 1
    buffer.appendField(value)
  }

  package mutating func write(_ value: String) {
    missing -= 1
    buffer.appendField(text: value)
  }

  package mutating func write(_ value: Bool) {
    missing -= 1
    buffer.appendField(value ? UInt8(1) : 0)
  }

  package mutating func writeNull() {
    missing -= 1
    buffer.appendNull()
  }

  /// A `timestamptz`, in microseconds since 1970.
  package mutating func write(timestamp microsecondsSince1970: Int64?) {
    guard let microsecondsSince1970 else { return writeNull() }
    write(PostgresEpoch.encode(timestamp: microsecondsSince1970))
  }

  /// A `date`, in days since 1970.
  package mutating func write(date daysSince1970: Int32?) {
    guard let daysSince1970 else { return writeNull() }
    write(PostgresEpoch.encode(date: daysSince1970))
  }

  /// A `uuid` in two halves, the high one first.
  package mutating func write(uuid: (UInt64, UInt64)?) {
    guard let uuid else { return writeNull() }
    missing -= 1
    buffer.appendField(uuid: uuid)
  }

  package mutating func write(bytes: [UInt8]?) {
    guard let bytes else { return writeNull() }
    missing -= 1
    bytes.withUnsafeBytes { buffer.appendField(bytes: $0) }
  }

  /// A `bigint[]` of one dimension.
  package mutating func write(array values: [Int64]) {
    missing -= 1
    buffer.appendField(array: values)
  }

  package mutating func write(_ value: Int16?) {
    guard let value else { return writeNull() }
    write(value)
  }

  package mutating func write(_ value: Int32?) {
    guard let value else { return writeNull() }
    write(value)
  }

  package mutating func write(_ value: Int64?) {
    guard let value else { return writeNull() }
    write(value)
  }

  package mutating func write(_ value: String?) {
    guard let value else { return writeNull() }
    write(value)
  }

  package mutating func write(_ value: Bool?) {
    guard let value else { return writeNull() }
    write(value)
  }
}

extension PostgresCopyRows {
  /// Signature, no flags, no extension.
  static let header = BinaryBuffer(Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [0, 0, 0, 0, 0, 0, 0, 0])
  static let trailer = BinaryBuffer([0xFF, 0xFF])

  var isComplete: Bool { missing == 0 && !isMalformed }

  /// Where each value lies, row by row; `nil` for NULL.
  ///
  /// - Throws: `.usage` for rows that are not complete, or that have another number of columns.
  func places(columns: Int, of table: String) throws(PostgresError) -> [Range<Int>?] {
    let refusal = PostgresError(kind: .usage, message: "rows with too few or too many values for \(table)")
    guard isComplete else { throw refusal }
    var places: [Range<Int>?] = []
    places.reserveCapacity(rowCount * columns)
    var offset = 0
    for _ in 0..<rowCount {
      guard buffer.value(at: offset, as: Int16.self) == columns else { throw refusal }
      offset += 2
      for _ in 0..<columns {
        let length = Int(buffer.value(at: offset, as: Int32.self))
        offset += 4
        places.append(length < 0 ? nil : offset..<(offset + length))
        offset += max(0, length)
      }
    }
    return places
  }
}
