/// Rows on their way into a table: by COPY where they are many, or as a statement, which travels in one round trip with
/// others, where they are few.
package struct PostgresTableRows: Sendable {
  /// `table` or `schema.table`, names as the catalogue has them, not quoted.
  package let table: String
  package let columns: [PostgresColumn]
  /// Row by row, of each column one of its type.
  package var values: PostgresCopyRows

  package init(_ table: String, _ columns: [PostgresColumn], reservingBytes: Int = 0) {
    self.table = table
    self.columns = columns
    values = PostgresCopyRows(reservingBytes: reservingBytes)
  }

  package var isEmpty: Bool { values.rowCount == 0 }

  package mutating func beginRow() { values.beginRow(columns: Int16(columns.count)) }

  /// The rows as one `INSERT`, an array a column. What COPY sends of a value and what an array sends of an element is
  /// the same.
  ///
  /// - Throws: `.usage` for rows that are not complete.
  package func statement() throws(PostgresError) -> (sql: String, parameters: PostgresParameters) {
    let places = try values.places(columns: columns.count, of: table)
    var parameters = PostgresParameters()
    for (number, column) in columns.enumerated() {
      let ofColumn = stride(from: number, to: places.count, by: columns.count).map { places[$0] }
      parameters.append(arrayOf: column.element, column.array, ofColumn) { buffer, place in
        if column.isOfArrays {
          buffer.appendField(text: values.buffer.arrayText(at: place.lowerBound))
        } else {
          buffer.appendField(of: values.buffer, at: place)
        }
      }
    }
    return (sql, parameters)
  }

  private var sql: String {
    let names = columns.map { PostgresConnection.quoted($0.name) }
    let selected = zip(names, columns).map { $1.isOfArrays ? "\($0)::bigint[]" : $0 }
    let arrays = columns.enumerated().map { "$\($0 + 1)::\($1.typeName)[]" }
    return """
      INSERT INTO \(PostgresConnection.quoted(table: table)) (\(names.joined(separator: ", ")))
      SELECT \(selected.joined(separator: ", "))
      FROM unnest(\(arrays.joined(separator: ", "))) u(\(names.joined(separator: ", ")))
      """
  }
}

extension PostgresConnection {
  /// Streams the rows; see `copy(into:columns:_:)`.
  package mutating func copy(_ rows: PostgresTableRows) throws(PostgresError) {
    try copy(into: rows.table, columns: rows.columns.map(\.name), rows.values)
  }
}
