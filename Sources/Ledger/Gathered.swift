/// What several shards have for one statement, as one list.
struct Gathered<Element> {
  let elements: [Element]
  /// For each element, the place of its shard among the batch's.
  let parts: [Int]
  /// For each element, its shard.
  let shards: [Int16]

  init(_ lists: [[Element]], shards: [Int16]) {
    precondition(lists.count == shards.count, "a list for each shard")
    elements = lists.count == 1 ? lists[0] : lists.flatMap(\.self)
    parts = lists.indices.flatMap { repeatElement($0, count: lists[$0].count) }
    self.shards = parts.map { shards[$0] }
  }

  var isEmpty: Bool { elements.isEmpty }

  /// The element that a row names by its ordinality, and its part.
  subscript(place place: Int64) -> (part: Int, element: Element) {
    (parts[Int(place) - 1], elements[Int(place) - 1])
  }

  /// The places of all elements, so many at a time.
  func slices(of most: Int) -> [Range<Int>] {
    stride(from: 0, to: elements.count, by: max(1, most)).map { $0..<min($0 + most, elements.count) }
  }
}
