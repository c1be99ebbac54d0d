/// A column of a table, and the type of its values: what rows need to become parameters of a statement.
package struct PostgresColumn: Sendable, Equatable {
  package let name: String
  /// The types of a value and of an array of them, and the first one's name, as they are in a parameter.
  let element: UInt32
  let array: UInt32
  let typeName: String
  /// Whether the values are arrays themselves. Arrays of arrays there are none: each value travels as its text.
  let isOfArrays: Bool

  private init(_ name: String, _ element: UInt32, _ array: UInt32, _ typeName: String, isOfArrays: Bool = false) {
    self.name = name
    self.element = element
    self.array = array
    self.typeName = typeName
    self.isOfArrays = isOfArrays
  }

  private typealias Kind = PostgresType

  package static func smallint(_ name: String) -> Self { Self(name, Kind.int2, Kind.int2Array, "smallint") }
  package static func integer(_ name: String) -> Self { Self(name, Kind.int4, Kind.int4Array, "integer") }
  package static func bigint(_ name: String) -> Self { Self(name, Kind.int8, Kind.int8Array, "bigint") }
  package static func boolean(_ name: String) -> Self { Self(name, Kind.bool, Kind.boolArray, "boolean") }
  package static func text(_ name: String) -> Self { Self(name, Kind.text, Kind.textArray, "text") }
  package static func bytea(_ name: String) -> Self { Self(name, Kind.bytea, Kind.byteaArray, "bytea") }
  package static func date(_ name: String) -> Self { Self(name, Kind.date, Kind.dateArray, "date") }
  package static func uuid(_ name: String) -> Self { Self(name, Kind.uuid, Kind.uuidArray, "uuid") }

  package static func timestamptz(_ name: String) -> Self {
    Self(name, Kind.timestamptz, Kind.timestamptzArray, "timestamptz")
  }

  /// A `bigint[]`.
  package static func bigints(_ name: String) -> Self {
    Self(name, Kind.text, Kind.textArray, "text", isOfArrays: true)
  }
}
