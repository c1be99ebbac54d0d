/// The parameters of one statement, `$1` first, each with its type: binary, so nothing is ever quoted.
///
/// A nil is NULL of that type. A wrong type for the place in the statement is refused by the server, unless the
/// statement casts (`$1::jsonb` from a string).
package struct PostgresParameters: Sendable {
  private(set) var types: [UInt32] = []
  /// Where each value ends up in `buffer`, behind its length; nil for NULL.
  private var places: [Range<Int>?] = []
  private var buffer = BinaryBuffer()

  package init() {}

  /// Builds a list in an expression: `PostgresParameters { $0.append(id); $0.append(name) }`.
  package init(_ fill: (inout PostgresParameters) -> Void) { fill(&self) }

  package var count: Int { types.count }

  package mutating func append(_ value: Int16?) { append(PostgresType.int2, value) { $0.appendField($1) } }
  package mutating func append(_ value: Int32?) { append(PostgresType.int4, value) { $0.appendField($1) } }
  package mutating func append(_ value: Int64?) { append(PostgresType.int8, value) { $0.appendField($1) } }
  package mutating func append(_ value: String?) { append(PostgresType.text, value) { $0.appendField(text: $1) } }

  package mutating func append(_ value: Bool?) {
    append(PostgresType.bool, value) { $0.appendField($1 ? UInt8(1) : 0) }
  }

  package mutating func append(bytes: [UInt8]?) {
    append(PostgresType.bytea, bytes) { buffer, bytes in bytes.withUnsafeBytes { buffer.appendField(bytes: $0) } }
  }

  /// A `timestamptz`, in microseconds since 1970; beyond PostgreSQL's range the server refuses it (22008).
  package mutating func append(timestamp microsecondsSince1970: Int64?) {
    append(PostgresType.timestamptz, microsecondsSince1970) { $0.appendField(PostgresEpoch.encode(timestamp: $1)) }
  }

  /// A `date`, in days since 1970.
  package mutating func append(date daysSince1970: Int32?) {
    append(PostgresType.date, daysSince1970) { $0.appendField(PostgresEpoch.encode(date: $1)) }
  }

  /// A `uuid` in two halves, the high one first.
  package mutating func append(uuid: (UInt64, UInt64)?) {
    append(PostgresType.uuid, uuid) { $0.appendField(uuid: $1) }
  }

  private mutating func append<T>(_ type: UInt32, _ value: T?, _ write: (inout BinaryBuffer, T) -> Void) {
    types.append(type)
    guard let value else { return places.append(nil) }
    let start = buffer.count + 4
    write(&buffer, value)
    places.append(start..<buffer.count)
  }

  /// A one-dimensional array; `write` appends one element with its length in front.
  mutating func append<T>(
    arrayOf element: UInt32, _ type: UInt32, _ values: [T?], _ write: (inout BinaryBuffer, T) -> Void
  ) {
    append(arrayOf: element, type, values, hasNulls: values.contains { $0 == nil }) { buffer, value in
      guard let value else { return buffer.appendNull() }
      write(&buffer, value)
    }
  }

  mutating func append<T>(
    arrayOf element: UInt32, _ type: UInt32, _ values: [T], hasNulls: Bool = false,
    _ write: (inout BinaryBuffer, T) -> Void
  ) {
    types.append(type)
    let start = buffer.count
    buffer.append(Int32(values.isEmpty ? 0 : 1))  // Dimensions; an empty array has none.
    buffer.append(Int32(hasNulls ? 1 : 0))
    buffer.append(element)
    if !values.isEmpty {
      buffer.append(Int32(values.count))
      buffer.append(Int32(1))  // The first index.
      for value in values { write(&buffer, value) }
    }
    places.append(start..<buffer.count)
  }
}

extension PostgresParameters {
  /// Lends the pointers that libpq wants for a call.
  func withPointers<R>(
    _ body: (
      _ count: Int32, _ types: UnsafePointer<UInt32>?, _ values: UnsafePointer<UnsafePointer<CChar>?>?,
      _ lengths: UnsafePointer<Int32>?, _ formats: UnsafePointer<Int32>?
    ) -> R
  ) -> R {
    let lengths = places.map { Int32($0?.count ?? 0) }
    let formats = [Int32](repeating: 1, count: count)
    return buffer.withUnsafeBytes { bytes in
      // A value that is not NULL has its length or its array header in front: its address is never nil.
      let values = places.map { place -> UnsafePointer<CChar>? in
        guard let place, let base = bytes.baseAddress else { return nil }
        return (base + place.lowerBound).assumingMemoryBound(to: CChar.self)
      }
      return body(Int32(count), types, values, lengths, formats)
    }
  }
}
