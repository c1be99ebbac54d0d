/// Rows on their way into a table: by COPY where they are many, or as a statement, which travels in one round trip with
/// others, where they are few.
package struct PostgresTableRows: Sendable {
  package let table: PostgresTable
  /// Row by row, of each column one of its type.
  package var values: PostgresCopyRows

  package init(_ table: PostgresTable, reservingBytes: Int = 0) {
    self.table = table
    values = PostgresCopyRows(reservingBytes: reservingBytes)
  }

  package var isEmpty: Bool { values.rowCount == 0 }

  package mutating func beginRow() { values.beginRow(columns: Int16(table.columns.count)) }

  /// The rows as one `INSERT`, an array a column. What COPY sends of a value and what an array sends of an element is
  /// the same.
  ///
  /// - Throws: `.usage` for rows that are not complete.
  package func statement() throws(PostgresError) -> (sql: String, parameters: PostgresParameters) {
    let places = try values.places(columns: table.columns.count, of: table.name)
    var parameters = PostgresParameters()
    for (number, column) in table.columns.enumerated() {
      let ofColumn = stride(from: number, to: places.count, by: table.columns.count).map { places[$0] }
      parameters.append(arrayOf: column.element, column.array, ofColumn) { buffer, place in
        if column.isOfArrays {
          buffer.appendField(text: values.buffer.arrayText(at: place.lowerBound))
        } else {
          buffer.appendField(of: values.buffer, at: place)
        }
      }
    }
    return (table.insertion, parameters)
  }
}

extension PostgresConnection {
  /// Streams the rows; see `copy(into:columns:_:)`.
  package mutating func copy(_ rows: PostgresTableRows) throws(PostgresError) {
    try copy(into: rows.table.name, columns: rows.table.columns.map(\.name), rows.values)
  }
}
