/// Object ids of the types that travel in binary; PostgreSQL has fixed them for ever.
enum PostgresType {
  static let bool: UInt32 = 16
  static let bytea: UInt32 = 17
  static let int8: UInt32 = 20
  static let int2: UInt32 = 21
  static let int4: UInt32 = 23
  static let text: UInt32 = 25
  static let tid: UInt32 = 27
  static let xid: UInt32 = 28
  static let date: UInt32 = 1082
  static let timestamptz: UInt32 = 1184
  static let uuid: UInt32 = 2950

  static let boolArray: UInt32 = 1000
  static let byteaArray: UInt32 = 1001
  static let int2Array: UInt32 = 1005
  static let int4Array: UInt32 = 1007
  static let textArray: UInt32 = 1009
  static let tidArray: UInt32 = 1010
  static let xidArray: UInt32 = 1011
  static let int8Array: UInt32 = 1016
  static let dateArray: UInt32 = 1182
  static let timestamptzArray: UInt32 = 1185
  static let uuidArray: UInt32 = 2951

  /// Types whose binary form is their text: text, varchar, char(n), name, json, "char", unknown; and enums, whose ids
  /// are given out from 16384 on.
  static func isTextual(_ type: UInt32) -> Bool {
    [text, 1043, 1042, 19, 114, 18, 705].contains(type) || type >= 16384
  }
}

/// PostgreSQL counts from 2000-01-01; we count from 1970-01-01.
enum PostgresEpoch {
  static let days: Int32 = 10_957
  static let microseconds: Int64 = 946_684_800_000_000

  /// A moment before the type's range must not wrap into a valid one: this stands for it, and the server refuses it.
  private static let refusedTimestamp = Int64.min + 1
  private static let refusedDate = Int32.min + 1

  static func encode(timestamp microsecondsSince1970: Int64) -> Int64 {
    let (value, overflow) = microsecondsSince1970.subtractingReportingOverflow(microseconds)
    return overflow ? refusedTimestamp : value
  }

  static func encode(date daysSince1970: Int32) -> Int32 {
    let (value, overflow) = daysSince1970.subtractingReportingOverflow(days)
    return overflow ? refusedDate : value
  }

  /// `infinity` and `-infinity` come out as the greatest and the least number.
  static func decode(timestamp value: Int64) -> Int64 {
    if value == .max || value == .min { return value }
    let (sum, overflow) = value.addingReportingOverflow(microseconds)
    return overflow ? .max : sum
  }

  static func decode(date value: Int32) -> Int32 {
    if value == .max || value == .min { return value }
    let (sum, overflow) = value.addingReportingOverflow(days)
    return overflow ? .max : sum
  }
}
