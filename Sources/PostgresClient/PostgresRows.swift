import CLibPQ

/// The answer to one statement: its rows, in binary, read in place by row and column, both from 0.
///
/// Reading a value as a type that the column does not have, a NULL without `optional…`, or a place that is not there,
/// stops the program with a message: SQL and code that disagree are a programming error, and a ledger must not guess.
/// Whole numbers widen (`int64` reads `int2` and `int4` too); cast what is `numeric`, such as `sum(bigint)`, in SQL.
package final class PostgresRows {
  private let result: OpaquePointer
  /// Rows.
  package let count: Int
  package let columnCount: Int

  /// Takes over the result, and frees it in the end.
  init(owning result: OpaquePointer) {
    self.result = result
    count = Int(PQntuples(result))
    columnCount = Int(PQnfields(result))
  }

  deinit { PQclear(result) }

  /// Rows that an INSERT, UPDATE, DELETE, COPY or SELECT touched; 0 for other statements.
  package var affectedRows: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

  package func columnName(_ column: Int) -> String {
    PQfname(result, Int32(column)).map { String(cString: $0) } ?? "?"
  }

  package func isNull(_ row: Int, _ column: Int) -> Bool {
    check(row, column)
    return PQgetisnull(result, Int32(row), Int32(column)) == 1
  }

  package func int16(_ row: Int, _ column: Int) -> Int16 {
    let bytes = value(row, column)
    guard type(column) == PostgresType.int2 else { mismatch(column, "int16") }
    return integer(bytes, column)
  }

  /// Reads `int2` and `int4`.
  package func int32(_ row: Int, _ column: Int) -> Int32 {
    let bytes = value(row, column)
    switch type(column) {
    case PostgresType.int4: return integer(bytes, column)
    case PostgresType.int2: return Int32(integer(bytes, column) as Int16)
    default: mismatch(column, "int32")
    }
  }

  /// Reads `int2`, `int4` and `int8`.
  package func int64(_ row: Int, _ column: Int) -> Int64 {
    let bytes = value(row, column)
    switch type(column) {
    case PostgresType.int8: return integer(bytes, column)
    case PostgresType.int4: return Int64(integer(bytes, column) as Int32)
    case PostgresType.int2: return Int64(integer(bytes, column) as Int16)
    default: mismatch(column, "int64")
    }
  }

  package func bool(_ row: Int, _ column: Int) -> Bool {
    let bytes = value(row, column)
    guard type(column) == PostgresType.bool else { mismatch(column, "bool") }
    return (integer(bytes, column) as UInt8) != 0
  }

  /// Reads text, varchar, char, name, json and enums.
  package func string(_ row: Int, _ column: Int) -> String {
    let bytes = value(row, column)
    guard PostgresType.isTextual(type(column)) else { mismatch(column, "string") }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Reads a `bytea`.
  package func bytes(_ row: Int, _ column: Int) -> [UInt8] {
    let bytes = value(row, column)
    guard type(column) == PostgresType.bytea else { mismatch(column, "bytes") }
    return [UInt8](bytes)
  }

  /// A `timestamptz` in microseconds since 1970; `infinity` is `Int64.max`, `-infinity` is `Int64.min`.
  package func timestamp(_ row: Int, _ column: Int) -> Int64 {
    let bytes = value(row, column)
    guard type(column) == PostgresType.timestamptz else { mismatch(column, "timestamp (timestamptz)") }
    return PostgresEpoch.decode(timestamp: integer(bytes, column))
  }

  /// A `date` in days since 1970; `infinity` is `Int32.max`, `-infinity` is `Int32.min`.
  package func date(_ row: Int, _ column: Int) -> Int32 {
    let bytes = value(row, column)
    guard type(column) == PostgresType.date else { mismatch(column, "date") }
    return PostgresEpoch.decode(date: integer(bytes, column))
  }

  /// A `uuid` in two halves, the high one first.
  package func uuid(_ row: Int, _ column: Int) -> (UInt64, UInt64) {
    let bytes = value(row, column)
    guard type(column) == PostgresType.uuid, bytes.count == 16 else { mismatch(column, "uuid") }
    return (
      UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
      UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    )
  }
}

/// Arrays of one dimension, without NULLs.
extension PostgresRows {
  package func int16Array(_ row: Int, _ column: Int) -> [Int16] { array(row, column, PostgresType.int2Array) { $0 } }

  package func int32Array(_ row: Int, _ column: Int) -> [Int32] { array(row, column, PostgresType.int4Array) { $0 } }

  package func int64Array(_ row: Int, _ column: Int) -> [Int64] { array(row, column, PostgresType.int8Array) { $0 } }

  /// A `date[]` in days since 1970.
  package func dateArray(_ row: Int, _ column: Int) -> [Int32] {
    array(row, column, PostgresType.dateArray, PostgresEpoch.decode(date:))
  }

  /// A `timestamptz[]` in microseconds since 1970.
  package func timestampArray(_ row: Int, _ column: Int) -> [Int64] {
    array(row, column, PostgresType.timestamptzArray, PostgresEpoch.decode(timestamp:))
  }

  private func array<Element: FixedWidthInteger>(
    _ row: Int, _ column: Int, _ type: UInt32, _ decode: (Element) -> Element
  ) -> [Element] {
    let bytes = value(row, column)
    let (header, element) = (20, 4 + MemoryLayout<Element>.size)
    guard self.type(column) == type, bytes.count >= 12 else { mismatch(column, "[\(Element.self)]") }
    guard bytes.count > 12 else { return [] }
    let dimensions = Int32(bigEndian: bytes.loadUnaligned(as: Int32.self))
    let nulls = bytes.loadUnaligned(fromByteOffset: 4, as: Int32.self)
    guard dimensions == 1, nulls == 0, (bytes.count - header) % element == 0 else {
      mismatch(column, "[\(Element.self)]")
    }
    return stride(from: header + 4, to: bytes.count, by: element).map {
      decode(Element(bigEndian: bytes.loadUnaligned(fromByteOffset: $0, as: Element.self)))
    }
  }
}

extension PostgresRows {
  /// Reads two columns, `ctid` and then `xmin`.
  package func version(_ row: Int, _ column: Int) -> RowVersion {
    let (place, writer) = (value(row, column), value(row, column + 1))
    guard type(column) == PostgresType.tid, place.count == 6, type(column + 1) == PostgresType.xid else {
      mismatch(column, "version (ctid, xmin)")
    }
    return RowVersion(
      block: UInt32(bigEndian: place.loadUnaligned(as: UInt32.self)),
      place: UInt16(bigEndian: place.loadUnaligned(fromByteOffset: 4, as: UInt16.self)),
      writer: integer(writer, column + 1))
  }
}

extension PostgresRows {
  package func optionalInt16(_ row: Int, _ column: Int) -> Int16? { isNull(row, column) ? nil : int16(row, column) }
  package func optionalInt32(_ row: Int, _ column: Int) -> Int32? { isNull(row, column) ? nil : int32(row, column) }
  package func optionalInt64(_ row: Int, _ column: Int) -> Int64? { isNull(row, column) ? nil : int64(row, column) }
  package func optionalBool(_ row: Int, _ column: Int) -> Bool? { isNull(row, column) ? nil : bool(row, column) }
  package func optionalString(_ row: Int, _ column: Int) -> String? { isNull(row, column) ? nil : string(row, column) }
  package func optionalBytes(_ row: Int, _ column: Int) -> [UInt8]? { isNull(row, column) ? nil : bytes(row, column) }
  package func optionalTimestamp(_ row: Int, _ column: Int) -> Int64? {
    isNull(row, column) ? nil : timestamp(row, column)
  }
  package func optionalDate(_ row: Int, _ column: Int) -> Int32? { isNull(row, column) ? nil : date(row, column) }
  package func optionalUuid(_ row: Int, _ column: Int) -> (UInt64, UInt64)? {
    isNull(row, column) ? nil : uuid(row, column)
  }
}

extension PostgresRows {
  private func check(_ row: Int, _ column: Int) {
    precondition(0 <= row && row < count, "row \(row) of an answer of \(count) rows")
    precondition(0 <= column && column < columnCount, "column \(column) of an answer of \(columnCount) columns")
  }

  private func type(_ column: Int) -> UInt32 { PQftype(result, Int32(column)) }

  private func value(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer {
    check(row, column)
    let length = Int(PQgetlength(result, Int32(row), Int32(column)))
    if length == 0 && PQgetisnull(result, Int32(row), Int32(column)) == 1 {
      preconditionFailure("column \(column) (\(columnName(column))) is NULL in row \(row)")
    }
    return UnsafeRawBufferPointer(start: PQgetvalue(result, Int32(row), Int32(column)), count: length)
  }

  private func integer<T: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer, _ column: Int) -> T {
    guard bytes.count == MemoryLayout<T>.size else { mismatch(column, "\(T.self)") }
    return T(bigEndian: bytes.loadUnaligned(as: T.self))
  }

  private func mismatch(_ column: Int, _ wanted: String) -> Never {
    preconditionFailure(
      "column \(column) (\(columnName(column))) has the type with oid \(type(column)), it was read as \(wanted)")
  }
}

extension PostgresRows {
  var status: ExecStatusType { PQresultStatus(result) }

  /// The command's tag, `INSERT 0 3`.
  var commandTag: String { String(cString: PQcmdStatus(result)) }

  /// The error that the server answered with; `.server` until the connection proves to be gone.
  var error: PostgresError {
    PostgresError(
      kind: .server, sqlState: field("C"),
      message: field("M") ?? firstLine(String(cString: PQresultErrorMessage(result))),
      detail: field("D"), hint: field("H"), constraint: field("n"))
  }

  /// A field of an error or notice by its letter in the protocol.
  private func field(_ letter: Unicode.Scalar) -> String? {
    PQresultErrorField(result, Int32(letter.value)).map { String(cString: $0) }
  }
}

/// libpq's messages end in a newline, and some go on with hints for a human at a terminal.
func firstLine(_ text: String) -> String {
  String(text.prefix { $0 != "\n" })
}
