import CarbonInclusion
import Messages
import Testing

/// The golden values come from Python's hashlib over an encoding written there by hand.
struct ContentDigestTests {
  private static let end = Instant(microseconds: 1_669_681_380_000_000)

  private static let ride = Activity(
    id: "mt-1", resident: "o6_bmjrPTlm6_2sgVt7hMZOPfL2M",
    report: .act(behaviour: "shared-bike-ride", quantity: Quantity(5), unit: .kilometre), endedAt: end,
    startedAt: Instant(microseconds: 1_669_680_000_000_000), region: Region(code: 140105), evidence: "bike:8620331",
    claimedMilligrams: 1_250_000, sequence: 18231)

  @Test func `the digest of a full ride is the first half of its SHA-256`() {
    #expect("\(ContentDigest.of(Self.ride))" == "141d897163be69bbcca6de0cf1396d8d")
  }

  @Test func `absent fields, reversals, zero and text beyond ASCII have their golden digests`() {
    let plain = Activity(
      id: "1", resident: "r", report: .act(behaviour: "check-in", quantity: nil, unit: nil), endedAt: Self.end)
    #expect("\(ContentDigest.of(plain))" == "0498f3e4ba2d7844ea8c09d9508904ed")
    let reversal = Activity(id: "1", resident: "r", report: .reversal(of: "mt-1"), endedAt: Self.end)
    #expect("\(ContentDigest.of(reversal))" == "50999f53705d1c49b40a2a7c498bb2f7")
    var odd = plain
    odd.endedAt = Instant(microseconds: -1)
    odd.region = Region(code: 0)
    odd.evidence = "电表🚲"
    odd.claimedMilligrams = 0
    #expect("\(ContentDigest.of(odd))" == "73fe697c1cdca254ff15cd999828c746")
  }

  @Test func `id and sequence are no content`() {
    var resend = Self.ride
    resend.id = "another"
    resend.sequence = nil
    #expect(ContentDigest.of(resend) == ContentDigest.of(Self.ride))
  }

  @Test func `each field of the content changes the digest, its absence too`() {
    var seen: Set<Digest> = [ContentDigest.of(Self.ride)]
    let changes: [(inout Activity) -> Void] = [
      { $0.resident = "r" }, { $0.report = .reversal(of: "shared-bike-ride") },
      { $0.report = .act(behaviour: "bus-ride", quantity: Quantity(5), unit: .kilometre) },
      { $0.report = .act(behaviour: "shared-bike-ride", quantity: nil, unit: .kilometre) },
      { $0.report = .act(behaviour: "shared-bike-ride", quantity: Quantity(5), unit: nil) },
      { $0.report = .act(behaviour: "shared-bike-ride", quantity: Quantity(5000), unit: .metre) },
      { $0.endedAt = $0.endedAt.adding(seconds: 1) }, { $0.startedAt = nil }, { $0.startedAt = $0.endedAt },
      { $0.region = nil }, { $0.region = Region(code: 140000) }, { $0.evidence = nil },
      { $0.evidence = "bike:8620332" },
      { $0.claimedMilligrams = nil }, { $0.claimedMilligrams = 0 },
    ]
    for (index, change) in changes.enumerated() {
      var changed = Self.ride
      change(&changed)
      #expect(seen.insert(ContentDigest.of(changed)).inserted, "change \(index) did not change the digest")
    }
  }

  @Test func `numbers count by value, and times by instant`() throws {
    func digest(_ quantity: String, _ time: String) throws -> Digest {
      let text =
        #"{"id":"i","resident":"r","behaviour":"ev-charging","unit":"kWh","#
        + #""quantity":\#(quantity),"ended_at":"\#(time)"}"#
      guard case .activity(let activity) = ActivityDecoder.decode(Array(text.utf8)) else {
        throw MessagesOracle.Failure(description: "refused: \(text)")
      }
      return ContentDigest.of(activity)
    }
    let first = try digest("5.0", "2022-11-29T08:23:00+08:00")
    #expect(try digest("\"5\"", "2022-11-29T00:23:00Z") == first)
    #expect(try digest("0.5e1", "2022-11-28t19:23:00.000-05:00") == first)
    #expect(try digest("5.000001", "2022-11-29T00:23:00Z") != first)
  }

  @Test func `texts that only look alike are different content`() {
    var composed = Self.ride
    composed.evidence = "é"
    var decomposed = Self.ride
    decomposed.evidence = "e\u{301}"
    #expect(ContentDigest.of(composed) != ContentDigest.of(decomposed))
  }
}
