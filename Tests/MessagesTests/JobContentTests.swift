import CarbonInclusion
import Messages
import Testing

/// What two jobs of one id must share. The golden values come from Python's hashlib over an encoding written there by
/// hand.
struct JobContentTests {
  private static func content(_ text: String) throws -> CarbonInclusion.Digest {
    try JobDecoder.decode(Array(text.utf8), from: JobDecoderTests.admin).content
  }

  @Test func `order, white space, notation, id, null and fields that do not count change nothing`() throws {
    let plain = try Self.content(#"{"op":"redeem","id":"a","resident":"r","reward":"coupon"}"#)
    for text in [
      #"{"op":"redeem","id":"a","resident":"r","reward":"coupon","quantity":1}"#,
      #"{"op":"redeem","id":"a","resident":"r","reward":"coupon","quantity":"01"}"#,
      #"{"op":"redeem","id":"a","resident":"r","reward":"coupon","quantity":10e-1}"#,
      #"{"op":"redeem","id":"a","resident":"r","reward":"coupon","quantity":null,"reason":"x","extra":1}"#,
      " {\n\"reward\" : \"coupon\",\t\"id\":\"b\", \"resident\":\"\\u0072\",\"op\":\"redeem\"}\n",
    ] {
      #expect(try Self.content(text) == plain, "\(text)")
    }
  }

  @Test func `every sample has a content of its own`() throws {
    let contents = try JobSamples.all.map { try Self.content($0.text) }
    #expect(Set(contents).count == contents.count)
  }

  @Test func `values cannot slip from one field or code into the next`() {
    let pairs: [(Job.Operation, Job.Operation)] = [
      (.redeem(resident: "rc", reward: "oo", quantity: 1), .redeem(resident: "r", reward: "coo", quantity: 1)),
      (.restock(reward: "coupon", .codes(["ab", "c"])), .restock(reward: "coupon", .codes(["a", "bc"]))),
      (.restock(reward: "coupon", .codes(["a", "b"])), .restock(reward: "coupon", .codes(["b", "a"]))),
      (.restock(reward: "coupon", .codes(["a"])), .restock(reward: "coupon", .quantity(1))),
      (
        .statement(resident: "r", from: Day(number: 1), to: nil),
        .statement(resident: "r", from: nil, to: Day(number: 1))
      ),
      (.adjust(resident: "r", points: 1, reason: "x"), .adjust(resident: "r", points: -1, reason: "x")),
      (.export(resident: "r"), .erase(resident: "r")),
    ]
    for (left, right) in pairs { #expect(ContentDigest.of(left) != ContentDigest.of(right), "\(left), \(right)") }
  }

  @Test func `contents have their golden digests`() {
    #expect(
      "\(ContentDigest.of(.redeem(resident: "r", reward: "coupon", quantity: 1)))" == "d36eaf2c63239f2a1ba1715a6cdf6417"
    )
    #expect(
      "\(ContentDigest.of(.restock(reward: "coupon", .codes(["A-1", "卡"]))))" == "4d402ac6d934f2931fe38e9d0da80a34")
    #expect("\(ContentDigest.of(.cancel(redemption: "j", reason: nil)))" == "85f91ac57d17e1c21ae0ab1ed7b33d97")
  }
}
