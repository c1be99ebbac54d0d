extension PostgresParameters {
  package mutating func append(array values: [Int16]) {
    append(arrayOf: PostgresType.int2, PostgresType.int2Array, values) { $0.appendField($1) }
  }

  package mutating func append(array values: [Int16?]) {
    append(arrayOf: PostgresType.int2, PostgresType.int2Array, values) { $0.appendField($1) }
  }

  package mutating func append(array values: [Int32]) {
    append(arrayOf: PostgresType.int4, PostgresType.int4Array, values) { $0.appendField($1) }
  }

  package mutating func append(array values: [Int32?]) {
    append(arrayOf: PostgresType.int4, PostgresType.int4Array, values) { $0.appendField($1) }
  }

  package mutating func append(array values: [Int64]) {
    append(arrayOf: PostgresType.int8, PostgresType.int8Array, values) { $0.appendField($1) }
  }

  package mutating func append(array values: [Int64?]) {
    append(arrayOf: PostgresType.int8, PostgresType.int8Array, values) { $0.appendField($1) }
  }

  package mutating func append(array values: [String]) {
    append(arrayOf: PostgresType.text, PostgresType.textArray, values) { $0.appendField(text: $1) }
  }

  package mutating func append(array values: [String?]) {
    append(arrayOf: PostgresType.text, PostgresType.textArray, values) { $0.appendField(text: $1) }
  }

  package mutating func append(array values: [Bool]) {
    append(arrayOf: PostgresType.bool, PostgresType.boolArray, values) { $0.appendField($1 ? UInt8(1) : 0) }
  }

  package mutating func append(array values: [Bool?]) {
    append(arrayOf: PostgresType.bool, PostgresType.boolArray, values) { $0.appendField($1 ? UInt8(1) : 0) }
  }

  /// A `timestamptz[]`, in microseconds since 1970.
  package mutating func append(timestamps: [Int64]) {
    append(arrayOf: PostgresType.timestamptz, PostgresType.timestamptzArray, timestamps) {
      $0.appendField(PostgresEpoch.encode(timestamp: $1))
    }
  }

  package mutating func append(timestamps: [Int64?]) {
    append(arrayOf: PostgresType.timestamptz, PostgresType.timestamptzArray, timestamps) {
      $0.appendField(PostgresEpoch.encode(timestamp: $1))
    }
  }

  /// A `date[]`, in days since 1970.
  package mutating func append(dates: [Int32]) {
    append(arrayOf: PostgresType.date, PostgresType.dateArray, dates) {
      $0.appendField(PostgresEpoch.encode(date: $1))
    }
  }

  package mutating func append(dates: [Int32?]) {
    append(arrayOf: PostgresType.date, PostgresType.dateArray, dates) {
      $0.appendField(PostgresEpoch.encode(date: $1))
    }
  }

  /// A `uuid[]`, each in two halves, the high one first.
  package mutating func append(uuids: [(UInt64, UInt64)]) {
    append(arrayOf: PostgresType.uuid, PostgresType.uuidArray, uuids) { $0.appendField(uuid: $1) }
  }

  package mutating func append(uuids: [(UInt64, UInt64)?]) {
    append(arrayOf: PostgresType.uuid, PostgresType.uuidArray, uuids) { $0.appendField(uuid: $1) }
  }

  /// Versions of rows as two arrays: `tid[]` and `xid[]`.
  package mutating func append(versions: [RowVersion]) {
    append(arrayOf: PostgresType.tid, PostgresType.tidArray, versions) { buffer, version in
      buffer.append(Int32(6))
      buffer.append(version.block)
      buffer.append(version.place)
    }
    append(arrayOf: PostgresType.xid, PostgresType.xidArray, versions) { $0.appendField($1.writer) }
  }
}
