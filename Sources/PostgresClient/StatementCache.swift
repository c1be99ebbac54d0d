/// The statements prepared on one connection, the least recently used one first to go.
struct StatementCache {
  /// One text with other parameter types is another statement.
  struct Key: Hashable {
    let sql: String
    let types: [UInt32]
  }

  private struct Entry {
    let name: String
    var lastUse: UInt64
  }

  static let capacity = 256

  private var entries: [Key: Entry] = [:]
  private var uses: UInt64 = 0
  private var names: UInt64 = 0

  var count: Int { entries.count }

  /// The name of a prepared statement, which counts as used now.
  mutating func name(of key: Key) -> String? {
    uses += 1
    entries[key]?.lastUse = uses
    return entries[key]?.name
  }

  /// A name that was never given out on this connection.
  mutating func newName() -> String {
    names += 1
    return "s\(names)"
  }

  mutating func insert(_ key: Key, name: String) {
    uses += 1
    entries[key] = Entry(name: name, lastUse: uses)
  }

  mutating func forget(_ key: Key) { entries[key] = nil }

  var leastRecentlyUsed: (key: Key, name: String)? {
    entries.min { $0.value.lastUse < $1.value.lastUse }.map { ($0.key, $0.value.name) }
  }
}
