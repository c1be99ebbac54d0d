import Messages
import Testing

/// The golden values were computed by another implementation, in Python. A change here would scatter a resident's
/// activities over two shards: the code is wrong then, not the value.
struct ShardMapTests {
  @Test(arguments: [
    ("o6_bmjrPTlm6_2sgVt7hMZOPfL2M", 1), ("o6_bmjrPTlm6_2sgVt7hMZOPfL2N", 24), ("a", 27), ("b", 16), ("c", 14),
    ("A", 29),
    ("r", 14), (" ", 10), ("0", 12), ("~", 26), ("resident-1", 19), ("resident-2", 15), ("resident-3", 17),
    ("resident-10", 17), ("resident-100", 22), ("resident-1000000", 9), ("resident-1300000", 2), ("13800000000", 17),
    (String(repeating: "x", count: 64), 29), ("openid:oABC-123", 10), ("u/1", 26), ("U00000001", 13), ("U00000002", 31),
  ])
  func `a resident has always had this shard`(resident: String, shard: Int) {
    #expect(ShardMap.shard(ofResident: resident) == shard)
  }

  @Test(arguments: [
    ("meituan-bike", 2), ("qingju-bike", 26), ("kuaidian", 8), ("gac-toyota-nev", 12), ("eleme", 4),
  ])
  func `refused messages of an inbox have always had this shard`(partner: String, shard: Int) {
    #expect(ShardMap.shard(ofInbox: partner) == shard)
  }

  @Test func `residents with counted names spread evenly`() {
    var sizes = [Int](repeating: 0, count: ShardMap.count)
    for number in 0..<32_000 { sizes[ShardMap.shard(ofResident: "resident-\(number)")] += 1 }
    #expect(sizes.allSatisfy { (850...1150).contains($0) }, "of 1000 expected a shard: \(sizes)")
  }
}
