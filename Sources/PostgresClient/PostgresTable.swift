/// A table that rows are written to. Made once: the text of its statement stands in it.
package struct PostgresTable: Sendable {
  /// `table` or `schema.table`, names as the catalogue has them, not quoted.
  package let name: String
  package let columns: [PostgresColumn]
  /// Inserts rows that come as an array a column.
  let insertion: String

  package init(_ name: String, _ columns: [PostgresColumn]) {
    self.name = name
    self.columns = columns
    let names = columns.map { PostgresConnection.quoted($0.name) }
    let selected = zip(names, columns).map { $1.isOfArrays ? "\($0)::bigint[]" : $0 }
    let arrays = columns.enumerated().map { "$\($0 + 1)::\($1.typeName)[]" }
    insertion = """
      INSERT INTO \(PostgresConnection.quoted(table: name)) (\(names.joined(separator: ", ")))
      SELECT \(selected.joined(separator: ", "))
      FROM unnest(\(arrays.joined(separator: ", "))) u(\(names.joined(separator: ", ")))
      """
  }
}
